"""What is generated from contracts: polars schemas, DuckDB's DDL, the dictionary page.

Here belong translations of a contract into another language, and nothing that a contract does not
say. Reading contracts belongs to ``odcs`` and ``catalogue``.
"""
