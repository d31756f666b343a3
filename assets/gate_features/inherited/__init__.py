"""Features a batch inherits: what its ancestors were like, through any number of levels.

Here belong the ways from a batch to its ancestors and the summaries over them. What the lots
weighed into the batch itself were like belongs to ``observed.materials``; when a value was
available is decided by the firewall, not here.
"""
