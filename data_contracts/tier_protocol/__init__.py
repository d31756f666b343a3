"""A protocol of evidence: what is to be shown of what, on which data, by whom, and what passes.

A protocol is YAML that the plant owns; frozen, it is canonical bytes and their hash. Here belongs
reading, checking and comparing one, not drafting it from records, nor scoring anything by it.
"""
