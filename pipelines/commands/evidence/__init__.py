"""Commands for the evidence that tiers owe: drafted, frozen and run on what the last run left.

Here belong only what is asked and what is said; approving is with the commands of the nights. What
is frozen and how it is scored does not belong here.
"""
