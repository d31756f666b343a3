"""Sources: delivered exports, read through their profile, judged and counted.

Here belongs everything between files as somebody delivered them and records in ``raw`` or
``quarantine``: reading, mapping, accepting or refusing, counting. Choosing between versions of a
record, joining and cleaning belong in ``core``. Nothing here is written for one particular source;
what is particular stands in its profile.
"""
