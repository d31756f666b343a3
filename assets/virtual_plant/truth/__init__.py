"""What really happened and why: causes, effects of a policy, when a failure could be known.

Here belongs what the pipeline never reads. Records as a plant would deliver them belong to
``exports``.
"""
