"""Where to look first: cards for failed or flagged batches, held against confirmed causes.

Here belongs what helps an investigator with one batch. What holds over many belongs to
``drivers``.
"""
