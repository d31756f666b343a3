"""Charts drawn whole: every point with its limits, and every version of limits, as tables.

Here belongs what is plotted. Limits come from the neighbouring room; what a signal means is not
asked here.
"""
