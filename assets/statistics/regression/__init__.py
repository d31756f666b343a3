"""Fitted relations and what they are adjusted for: clustered errors, trends, unmeasured causes.

Here belongs what fits an outcome on columns and says how sure its coefficients are. Which outcome
and which columns is not decided here but by the topics.
"""
