"""The arithmetic of money: identity, cost of a failure, value and cost of a lever, cash.

Here belong formulas that take numbers, draws or expressions alike, and in ``lever_kinds`` what is
so for one kind of lever alone. What the records say belongs to ``records`` and ``levers``; nothing
here reads a table.
"""
