"""What a process signal rests on: drivers named, measured, drawn as curves and attacked.

Here belong explanation, clusters, ranks over refits, crude and adjusted effects, and the
refutations. Without a process signal nothing here is shown.
"""
