"""The whole path run again on changed records, outside a run: what topics may not do themselves.

Topics meet only through tables. Here belongs what replays several of them on records somebody
changed (a self-test that plants effects, a study on tables from elsewhere), composed from their
functions in the order a run has. Arithmetic does not belong here, and neither does a method.
"""
