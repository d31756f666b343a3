"""What a process makes beside its specification: indices with bounds, and stability.

Here belong capability and performance indices, their lower confidence bounds, and the same for
values that follow no normal law. Where a process lies and whether it has moved is not asked here:
that is ``charts``.
"""
