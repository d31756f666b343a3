"""What the compiled search is handed and what it fills: named arrays, no code.

Named tuples, because the compiler knows them; arrays are C-contiguous.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DEPTHS = 3
COLUMN, LOW, HIGH = 0, 1, 2
PRODUCT, RATIO, DIFFERENCE = 0, 1, 2
OPERATIONS = 3


class Batches(NamedTuple):
    """The batches searched, columns apart from labels.

    Attributes:
        rank: (columns, batches) int32, place of the value among the column's distinct values or
            code of its level; -1 where missing.
        distinct: (columns,) int32, number of distinct values or levels.
        is_level: (columns,) bool, whether a column holds levels of a category.
        values: (columns, batches) of numbers; what derived columns are made of.
        derivable: int32, the columns that may enter a derived one.
        expected: (batches,) expected failures of each batch under the null, from its block.
        failures: Failures of the whole period; more than the labels' sum where only the batches
            of one rule are searched for its extensions.
    """

    rank: Array
    distinct: Array
    is_level: Array
    values: Array
    derivable: Array
    expected: Array
    failures: float


class Effort(NamedTuple):
    """How hard the search looks; the same for the records and for every draw of the null.

    Attributes:
        depth: Most conditions of a rule, 1 to 3.
        beam: Rules of each depth that are extended.
        fewest_failures: Failures a rule must cover.
        parents: Numeric columns whose pairs are tried as derived columns.
        derived: Derived columns kept.
    """

    depth: int
    beam: int
    fewest_failures: int
    parents: int
    derived: int


class Found(NamedTuple):
    """Rules found, best first per depth, in numbers of the labelling's own segments.

    Attributes:
        statistic: (3, beam), -1 where there is none.
        conditions: (3, beam, 3, 3) int32: column, lowest and highest segment of each condition.
        segment: (columns + derived, batches) int32, -1 where missing.
        sizes: (columns + derived,) int32, number of segments.
        made_of: (derived, 3) int32: operation and both columns; -1 where there is none.
    """

    statistic: Array
    conditions: Array
    segment: Array
    sizes: Array
    made_of: Array


class Work(NamedTuple):
    """One labelling being searched.

    Attributes:
        batches: The batches.
        label: (batches,) 1.0 failed, 0.0 good.
        effort: How hard to look.
        found: Filled in place.
        spare: (9, at least the batches + 2 and twice the failures + 3) of numbers.
        is_level: (columns + derived,) bool.
    """

    batches: Batches
    label: Array
    effort: Effort
    found: Found
    spare: Array
    is_level: Array
