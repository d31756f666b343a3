"""The search itself: what a condition can be about, the compiled kernels, the best rules found.

Here belongs what takes columns and labels and returns rules with their statistic. Which labels,
which period and what counts as chance is not decided here.
"""
