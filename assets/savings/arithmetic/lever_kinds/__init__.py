"""Kinds of lever, one module each: its place among the others, its value, its decision on evidence.

Here belongs what is so for one kind alone. The roles a kind declares stand in
``data_contracts.assumption_schema.lever_kinds``, how the records are read in ``levers``, its words
in the reports. A kind loads no analysis: it is handed numbers, draws or formulas, and evidence.
"""
