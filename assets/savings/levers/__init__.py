"""Levers: which are carried out, on what evidence, at which gate, and why others are refused.

Here belong what the records say of levers, and which levers meet which outcomes. What one kind
makes of it, and its formulas, belong to ``arithmetic.lever_kinds``, all levers together to
``programme``.
"""
