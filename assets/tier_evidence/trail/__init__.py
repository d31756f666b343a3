"""The audit trail read as tables: protocols as frozen, results of their runs, and what levers owe.

Here belongs what follows from the trail alone. How it is sealed and kept does not belong here.
"""
