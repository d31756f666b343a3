"""Rules of up to three conditions that failed batches share, found early and confirmed later.

Here belong the search and its control of chance, the confirmation on later batches, effects over
time, and the tables of rules. Events that come before failures belong to ``precursors``, scores of
single batches to the failure models.
"""
