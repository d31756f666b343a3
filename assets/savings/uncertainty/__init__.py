"""Everything uncertain as draws: the assumptions, their table, and how inputs are called.

Here belongs how a range becomes numbers. What is computed from the draws belongs to
``programme``.
"""
