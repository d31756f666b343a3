"""Where the data live: the one door to DuckDB, and every path under the runtime home.

Here belong the only ``duckdb.connect``, typed reads and writes that enforce the contracts, the
running of named SQL files, the run lock, content hashes and the publishing of the analysts' copy.
Analysis does not belong here, and neither does anything that knows what a batch is.
"""
