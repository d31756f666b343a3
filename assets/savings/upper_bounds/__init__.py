"""What a suspect could cost a year at most, so that a hypothesis can be closed.

Here belongs the other side of an interval than the one that is asked for money: how large an effect
the records still leave open, for every parameter, named a driver or not. What a named one is worth
belongs to ``windows`` and ``levers``.
"""
