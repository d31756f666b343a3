"""How much a delivered file may hold, counted before it is read.

Here belongs the counting. How much is allowed stands in ``data_contracts.untrusted.limits``; how a
file is read, in the folder above.
"""
