"""Seeded excursions: what is done to the readings of a good batch, where, and how much of it.

Here belong changes of one series of readings, the plan of them and the names of the detector's
parts. What the parts are and say does not belong here, and neither does counting.
"""
