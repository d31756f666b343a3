"""What the working file lists of its own tables: what they hold, and in which parts.

Here belong the lists, whether they may be believed, and writing that leaves unchanged parts alone.
What a table means is its contract's; statements that create and fill one are in ``relations``.
"""
