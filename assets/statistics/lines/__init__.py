"""Lines through a result by one column or hundreds, chosen and held back on blocks of time.

Dense, sparse, mixed, and the products of columns that lines leave over. Here belongs a linear
model that foretells; one that measures an effect belongs to ``regression``.
"""
