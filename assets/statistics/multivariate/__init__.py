"""Many columns at once: principal axes, and how far a row lies from others (T2, SPE).

Here belongs geometry of rows and columns. What has an outcome belongs to ``regression``.
"""
