"""Performance of charted quantities beside their limits.

Here belong indices with lower bounds and drift apart; the indices themselves belong to
``assets.statistics.capability``.
"""
