"""What people see: claims, figures (the only use of plotly), pages and their templates.

Here belongs everything drawn. It is read from the published warehouse, and every number shown is a
claim that ``lotwise verify`` can recompute. Statistics do not belong here: a number that is not in
a table cannot be shown.
"""
