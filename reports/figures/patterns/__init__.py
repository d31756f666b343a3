"""Charts of patterns and lives: rules, precursors, escapes, survival, replacement.

Here belongs one module per chart, each with the query of its frame. Where a chart stands in the
report is not said here but by the catalogue.
"""
