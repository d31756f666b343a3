"""Levers: which are carried out, on what evidence, at which gate, and why others are refused.

Here belongs the decision whether a lever is carried out. Its formulas belong to ``arithmetic``, all
levers together to ``programme``.
"""
