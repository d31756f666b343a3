"""What is computed, one folder per topic; topics meet only through tables.

Here belong topics: each holds pure modules (frames in, frames out), SQL files named by the table
they build, and exactly one ``defs.py``, the only file in it that knows Dagster. The one topic
others may import is ``assets.statistics``: named methods without tables. Drawing does not belong
here, and neither does a database connection.
"""
