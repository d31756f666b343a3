"""Continued process verification: is the process still what it was when it was fixed?

Here belong what normal batches look like, limits they keep, and what lies beyond. The mathematics
belongs to ``assets.statistics``.
"""
