"""What is read every day: where to look this morning, and how alarms did in use.

Here belongs what gathers the rows of those sections. How good models are on the whole does not; the
pages for scientists say it.
"""
