"""Raw material receipt: what lots foretell of results, and which lots and suppliers differ.

Here belongs what is found from attributes of lots and from which lot went into which batch. How
groups are drawn in and models fitted belongs to ``assets.statistics``.
"""
