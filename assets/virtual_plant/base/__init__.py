"""What the whole plant stands on: keyed randomness, expressions, one error.

A leaf: nothing here knows what a plant is.
"""
