"""Trajectories of a phase, what an archive keeps of them, and how sensors fail.

Here belongs the making of readings. Writing them to files belongs to ``exports``.
"""
