"""Batches as they are made: calendar, lots, rooms, results, and what happened to each.

Here belongs what draws one plant's history from its declaration. What sensors show of it belongs to
``sensors``, what is written of it to ``exports``.
"""
