"""Protocols and their reports, and the traceability matrix, to be read, printed and signed.

Here belong words, order and the places for signatures; every figure comes from a claim or a row of
the evidence tables. What is frozen and how it is judged does not belong here.
"""
