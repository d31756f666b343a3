"""Dispensing: weighings against target and tolerance, balances and materials.

Here belongs what is found from weighings. Whether a weighing keeps a batch from review is not
decided here: that belongs to the batch-record exceptions of release.
"""
