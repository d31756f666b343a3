"""The page of continued process verification: every chart, the worst first, and what signals.

Here belong the questions the page asks of the warehouse and its drawing; nothing is computed here
that a table does not hold.
"""
