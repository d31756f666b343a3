"""The expression language of profiles: text to tree, and the tree to polars and to DuckDB.

Here belongs what an expression may say and what it means, one meaning for both engines: every
operation is written twice, side by side, and a test holds the two to each other. What is asked of
the language from outside stands in ``expressions``; running it belongs to whoever has the rows.
"""
