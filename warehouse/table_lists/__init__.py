"""What the working file lists of its own tables: what they hold, and in which parts.

Here belong the lists, whether they may be believed, and writing that leaves unchanged parts alone.
What a table means belongs to its contract; statements that create and fill one to ``relations``.
"""
