"""The compiled kernel: readings of many series in, one row of features per series out.

Here belongs what numba compiles: pure functions over columns, one series at a time, so that the
same code runs on a month of readings here and inside a cluster's workers, and no sum depends on the
number of threads. ``series`` holds the entry. What a feature means is said by ``registry``; tables
do not belong here.
"""
