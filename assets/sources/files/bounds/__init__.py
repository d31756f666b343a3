"""How much a delivered file may hold, counted before it is read.

Here belongs the counting, of one module a format. How much is allowed does not: those numbers stand
together in ``data_contracts.untrusted.limits``.
"""
