"""Levers: what each may claim, on what evidence, at which gate, or why it claims nothing.

Here belongs the decision whether a lever is carried out. Its formulas belong to ``arithmetic``, all
levers together to ``programme``.
"""
