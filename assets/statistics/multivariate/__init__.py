"""Many columns at once: principal components, partial least squares, and how far a row lies away.

Here belong directions of a table, with gaps or without, distances of rows (T2, SPE) with limits and
contributions, and batches laid out as rows. What has an outcome belongs to ``regression``.
"""
