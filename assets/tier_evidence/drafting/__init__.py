"""Protocols drafted from the records, for a person to read, complete and freeze.

Here belong the words and the usual bounds of each challenge. What a draft says is a proposal; it
binds nobody and scores nothing, which does not belong here.
"""
