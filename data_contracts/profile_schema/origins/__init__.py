"""Where delivered rows come from when nobody puts a file into the data folder.

Here belongs what a profile may say of a database, an object store or a Delta table. Opening them
belongs in ``assets.sources.landing``; what the columns mean is said by the mappings, as for files.
"""
