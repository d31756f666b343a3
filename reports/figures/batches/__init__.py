"""Charts of single batches among others: where they lie, what leads that, how they went.

Here belongs one module per chart, each with the query of its frame. Where a chart stands in the
report is not said here but by the catalogue.
"""
