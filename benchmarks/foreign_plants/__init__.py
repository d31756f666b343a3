"""Small plants written from a description alone, whose truth is known by enumeration.

Here belong generators that share nothing with the virtual plant's engine: what a table of batches
may hold that the engine's makers did not imagine (serial correlation, regimes, confounders,
reactive operators, failures the margin does not see, ...), and the truth of each. Judging the
tables belongs to ``benchmarks/foreign_study.py`` and ``benchmarks/studies``; nothing of the product
is imported here.
"""
