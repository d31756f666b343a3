"""What was made of what: the graph of batches and lots, its closure, and who shares an ancestor.

Here belong ``core.genealogy_edges`` and what follows from it before any outcome is known. Features
of ancestors belong to the gate features, and what a person asks of one lot to the command line.
"""
