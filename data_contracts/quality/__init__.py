"""Judging records and tables by what their contract promises.

Here belong strict types, row and key rules for records received, and the great_expectations suites
for tables (its only use). What a contract says is read elsewhere; deciding what happens to a record
or a run that breaks one belongs to the sources and the pipelines.
"""
