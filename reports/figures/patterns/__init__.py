"""Charts of patterns and lives: rules, precursors, escapes, survival, replacement.

One module per chart, each with the query of its frame.
"""
