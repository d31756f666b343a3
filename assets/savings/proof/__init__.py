"""Proof: what a lever promises for the margins, and the trial on own lots that shows it.

Here belong designs of trials and the evidence they give. What failures prove is not here but in the
programme's own detectability and tracker.
"""
