"""Bounded behaviour: whether a recommended set-point keeps its promises wherever it may be asked.

Here belong the region a set-point is asked in, failures of sensors, the promises with the worst
state found against each, and the guarded set-point that keeps them. Which window is worth holding
is not decided here, and nothing here knows a table.
"""
