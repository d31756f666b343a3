"""What is studied: the matrix of a gate, the outcome over its batches, and their folds.

Here belongs the making of aligned arrays from tables, within product and relative to the recent
past. Fitting and judging do not belong here.
"""
