"""Ways of trying to break a driver's association with failures, one file each.

Here belongs an attempt that could have succeeded: a label, a parameter, an outcome or a part of the
records changed so that a real association must vanish, or must stay. Estimating the association
itself, naming drivers and drawing do not belong here.
"""
