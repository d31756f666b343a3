"""Seeded excursions: what is done to the readings of a good batch, where, and how much of it.

Here belong changes of one series of readings and the plan of them. No detector is known here, and
no table is written.
"""
