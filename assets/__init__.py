"""What is computed, one folder per topic; topics meet only through tables.

Here belong topics: each holds pure modules (frames in, frames out), SQL files named by the table
they build, and exactly one ``defs.py``, the only file in it that knows Dagster. The two topics
others may import, and which have none, are ``assets.statistics``, named methods without tables,
and ``assets.batch_matrix``, features and outcomes as aligned arrays. Drawing does not belong here,
and neither does a database connection.
"""
