"""How large a change must be to be found: probability of detection, and what counts alone show.

Here belong curves of detection over size with the size found in 90% and its bound, from hits and
misses and from signals against a decision limit, after MIL-HDBK-1823A, and what so many of so many
demonstrate without any curve. What is injected into which records does not belong here.
"""
