"""What the whole plant stands on: keyed randomness, expressions, one error.

Here belongs what every other room of the plant may import. A leaf: nothing here knows what a plant
is.
"""
