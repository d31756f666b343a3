"""Release: what batches wait for, what becomes of those still open, what a reviewer must look at.

Here belongs what is found from dates of results, deviations and dispositions, and from gaps in
batch records. Whether a batch may be released without testing is not decided here: the release
lever of the savings owes that evidence.
"""
