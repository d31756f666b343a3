"""What is read every day: where to look this morning, and how alarms did in use.

Rows for sections only; how good models are on the whole is said by the pages for scientists.
"""
