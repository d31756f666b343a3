"""From delivered columns to the columns of a raw contract, as the profile says.

Here belong the cleaning of cells and the mapping of records. Reading files belongs to ``files``;
accepting or refusing what was mapped belongs to ``admission``.
"""
