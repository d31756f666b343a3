"""Folds, bootstrap and permutation: what the same records would have said in another draw.

Here belong ways to split, redraw and exchange batches that respect time and clusters, and what many
comparisons at once must show. Scores of what was drawn belong to ``prediction_quality``, intervals
in closed form to ``intervals``.
"""
