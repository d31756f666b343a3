"""Speed beside others': one table, its bars, its history, and what must not fall.

Here belong the list of what measures, the table and the comparison with earlier runs. What is
measured, and how, belongs to the benchmarks themselves; whether findings are right is asked by the
studies beside this room, not here.
"""
