"""The life of limits: fixed in phase I, frozen, and fixed anew after a change.

Here belong versions and their reasons, limits in units of the values, and what watches a chart
under its share in the promised false alarms. What a signal means is not asked here.
"""
