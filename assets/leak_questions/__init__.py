"""Columns that know a result too well: is each measured before it, or is it the result itself?

A score cannot tell physics from a copy, so it raises a question about a named column, which the
user answers in the profile. Here belong how well a column foretells a later result and the
questions that follow; what to do with an open question is for ``batch_matrix`` (it withholds the
column) and the verdict (it says so). Refusals by meaning or by time belong to ``gate_features``.
"""
