"""Prospects: what a run would make of a source, looked for before anything is written.

Here belongs whatever can be seen in the records as delivered and would lose a run or mislead it:
labels nobody listed, rows in no order, ids and units that do not meet. Refusing single records does
not belong here (``admission``), nor do files that cannot be read (``files``).
"""
