"""From raw history to what was known as of a date: one clean table per kind of record.

Here belong the SQL that picks, per key, the latest version known as of the as-of date, the
outcomes and margins a profile declares over the clean records, and the account of what a source
cannot tell (``evidence.limits``). Features, models and the reading of files do not belong here.
"""
