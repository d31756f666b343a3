"""Whole batches at once: T2 and SPE over sensor features and trajectories, evolution, prediction.

Here belong the tables a batch is a row of, phase I with what it excluded, models kept from refit to
refit, and what they say of batches. The mathematics belongs to ``assets.statistics.multivariate``.
"""
