"""The arithmetic of money: identity, cost of a failure, value of a lever, cash, portfolio.

Here belong formulas that take numbers, draws or expressions alike. What the records say belongs to
``records`` and ``levers``; nothing here reads a table.
"""
