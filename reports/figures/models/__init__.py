"""Charts of models: ranking, ladder, chance, drivers, alarms.

One module per chart, each with the query of its frame.
"""
