"""What was said stays said: the findings and the money of every run, by the run's number.

Rows are added and never changed. A run that died before it was published leaves none behind, for
the next one takes its number. Here belongs keeping, not computing: every figure is that of the
table it comes from.
"""
