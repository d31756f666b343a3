"""The kernel on an Apache Spark cluster: the only use of pyspark.

Here belong what a worker is told and does, the session it is asked in, and the order in which
months come back. What is computed from a series belongs to the kernel, not here: a cluster runs the
very one this machine does.
"""
