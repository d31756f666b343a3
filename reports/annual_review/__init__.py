"""The annual product review: what a product did in a year, every number a claim.

Here belong its claims, pictures, PDF and workbook, and drawing them again; nothing is computed here
that a table does not hold.
"""
