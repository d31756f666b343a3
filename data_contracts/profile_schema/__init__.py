"""The parts of a source profile: files, mappings of columns, readings, outcomes, wide tables.

Here belongs what a profile may say, as frozen dataclasses, and the reading of each part from YAML
with errors that name the place. Reading delivered data belongs in ``assets.sources``; the meaning
of the tables belongs in the contracts.
"""
