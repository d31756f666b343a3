"""Packaging: reject rates by class of defect.

Here belongs what is found from counts of visual inspection. Which defects people and machines
agree on is not told here: no record says who inspected.
"""
