"""Curves and laws fitted to lives: survival, hazards, Weibull, competing modes, hold times.

Here belongs what says how failure depends on age (the only use of lifelines). When to act on it
belongs to ``replacement``.
"""
