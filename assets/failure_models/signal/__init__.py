"""Whether there is a process signal: criteria, evidence, chance, and the verdict in words.

Here belongs everything between out-of-time predictions and ``model.verdicts``. What the signal
rests on belongs to ``drivers``.
"""
