"""Codes that tables hold, by name: generated from the contracts, not written by hand.

Here belong the allowed values of coded columns, those of money and of the stages in modules of
their own. A code that no contract says does not belong here.
"""
