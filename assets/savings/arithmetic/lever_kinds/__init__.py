"""Kinds of lever, one module each: its place among the others, its value, its decision on evidence.

Here belongs what is so for one kind alone, and what all are handed. The roles a kind declares
belong to ``data_contracts.assumption_schema.lever_kinds``, reading of records to ``levers``, its
words to the reports. A kind loads no analysis: it is handed numbers, draws or formulas, and
evidence.
"""
