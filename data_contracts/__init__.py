"""What the data mean: one contract per table, source profiles, cost assumptions.

Here belong the Open Data Contract Standard files, the loader that reads them, and everything
generated from them: polars schemas, DuckDB DDL, record rules and great_expectations suites (the
only use of great_expectations), plus the profiles that map somebody's export onto the raw
contracts. Nothing here opens a database, computes a finding or knows Dagster, and nothing here
imports another room.
"""
