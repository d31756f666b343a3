"""What holding a parameter in a window would have changed, estimated from the records.

Here belong the records of a window, the policy, the models, and the difference they give. What the
difference is worth belongs to ``levers``.
"""
