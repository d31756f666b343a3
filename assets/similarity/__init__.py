"""Batches most like a given one: by the trajectories of their sensors, or by their features.

Here belong what batches are compared by, the normal spread between good batches, distances in units
of it, and the nearest failed and good batches. What a difference means for an outcome is not judged
here: that belongs to the failure models.
"""
