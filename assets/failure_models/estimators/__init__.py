"""The rungs of the ladder: ridge, logistic and boosted trees on labels and on margins.

Here belongs what fits on training batches and predicts others. Whether a prediction is evidence
belongs to ``signal``.
"""
