"""A drug plant whose truth is known: declared in YAML, simulated, and written as exports.

Here lives everything that makes up records: the plant file, keyed randomness, the structural causal
model, the calendar, lots, sensor trajectories, export files, and the truth file beside them. What
reads, cleans or models records does not belong here, and nothing here knows Dagster or DuckDB.
"""
