"""Named statistical methods that know no table: folds, cluster bootstrap, permutation, intervals.

Here belongs a method that has a name in the literature, takes arrays and returns arrays or a small
frozen dataclass, and is right or wrong independently of drug manufacturing. Tables, contracts,
Dagster, models of a particular outcome and anything that draws do not belong here. Every other
topic may import this one.
"""
