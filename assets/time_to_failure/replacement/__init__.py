"""When to renew: the interval of least expected cost, its interval, and what it saves.

Here belong costs, today's plan, lives lived again under another plan, and the verdict on it. The
law of lives belongs to ``curves``, what is claimed as money to savings.
"""
