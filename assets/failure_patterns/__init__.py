"""Failure patterns: statements to check, found by search and confirmed on later batches.

Here belong rules of up to three conditions, event precursors and sequences, deviation intelligence,
the escape matrix and the paths batches took, each with its error control. Scores for single batches
belong to the failure models, times since an event to time to failure, and prices to savings.
"""
