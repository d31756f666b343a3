"""What a reader is asked to decide: what to do, its worth, on whose prices, what then.

Here belongs what page one says, once for the report, the summary, the workbook and the terminal.
How the records were judged is not said here but in the pages beside it.
"""
