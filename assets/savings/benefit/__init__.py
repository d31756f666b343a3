"""Benefit: after the start, how often each lever was held, whether it shows, what it brought.

Here belongs what follows a promise through the records. What a programme would bring is said before
it starts, and not here but in ``programme`` and ``proof``.
"""
