"""The business case as a spreadsheet whose every figure is a live formula.

Here belong sheets and formulas (the only use of xlsxwriter). Arithmetic does not: formulas are
written from the same functions that compute the program's figures, handed expressions instead of
numbers, so the two cannot differ in structure.
"""
