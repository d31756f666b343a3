"""A verification plan: which quantities of a product are charted how, why, how often and by whom.

A plan is YAML that the plant owns, one file a product. Here belongs reading and checking it, not
drafting one from the records, nor drawing its charts.
"""
