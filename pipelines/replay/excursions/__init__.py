"""Seeded excursions through the whole path: readings changed, features, the frozen detector asked.

Here belongs the order of the path and which part of the detector watches what; every figure comes
from the function a run computes it with. What is injected belongs to ``assets.tier_evidence``, and
curves of what was seen do too. Nothing is fitted while anything is changed.
"""
