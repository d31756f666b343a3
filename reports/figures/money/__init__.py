"""Charts of money: cost of failures, savings by scenario and gate, what drives the uncertainty.

Here belongs one module per chart, each with the query of its frame. Where a chart stands in the
report is not said here but by the catalogue.
"""
