"""Time to failure: how long equipment, parts and held material last, and when to act.

Here belong survival curves, hazards, competing modes, recurrent breakdowns and the replacement
interval of least expected cost, in hours and in batches since maintenance, calibration, cleaning or
part change. The only use of lifelines is here. What precedes a failed batch belongs to the failure
models, rules and precursors; what preventing it is worth, to savings.
"""
