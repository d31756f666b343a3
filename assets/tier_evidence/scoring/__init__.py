"""Challenges scored by a frozen protocol: what is found of each criterion, and whether it is met.

Here belongs applying the named methods to what a protocol names. When a protocol may be scored at
all, and where results are kept, does not belong here.
"""
