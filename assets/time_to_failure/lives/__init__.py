"""Lives of equipment and parts: when each began, what ended it, in which stratum it counts.

Here belongs the making of spells from records. What is fitted to them belongs to ``curves``.
"""
