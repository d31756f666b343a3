"""Charts of money: cost of failures, savings by scenario and gate, what drives the uncertainty.

One module per chart, each with the query of its frame.
"""
