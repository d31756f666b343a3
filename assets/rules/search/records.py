"""What the compiled search is handed and what it fills: named arrays, no code.

Named tuples, because the compiler knows them; arrays are C-contiguous.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DEPTHS = 3
BLOCK = 16  # columns screened at once
COLUMN, LOW, HIGH = 0, 1, 2
PRODUCT, RATIO, DIFFERENCE = 0, 1, 2
OPERATIONS = 3


class SearchedBatches(NamedTuple):
    """The batches searched, columns apart from labels.

    Attributes:
        rank: (batches, columns) unsigned, place of the value among the column's distinct values or
            code of its level; their number where missing.
        distinct: (columns,) int64, number of distinct values or levels.
        is_level: (width,) bool, whether a column holds levels of a category.
        values: (columns, batches) of numbers; what derived columns are made of.
        derivable: int64, the columns that may enter a derived one.
        is_derivable: (width,) bool, the same.
        expected: (batches,) expected failures of each batch under the null, from its block.
        failures: Failures of the whole period; more than the labels' sum where only the batches
            of one rule are searched for its extensions.
    """

    rank: Array
    distinct: Array
    is_level: Array
    values: Array
    derivable: Array
    is_derivable: Array
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
        above: Rules of one condition worth no more than this are not told apart.
    """

    depth: int
    beam: int
    fewest_failures: int
    parents: int
    derived: int
    above: float


class Found(NamedTuple):
    """Rules found, best first per depth, in numbers of the labelling's own segments.

    Attributes:
        statistic: (3, beam), -1 where there is none.
        conditions: (3, beam, 3, 3) int64: column, lowest and highest segment of each condition.
        segment: (batches, width) unsigned; not below the column's size where missing. The width
            holds the columns, the derived ones and a last one for drafts, in whole blocks.
        blocks: The same numbers as (batches, blocks, columns of a block).
        sizes: (width,) int64, number of segments; 0 where there is no column.
        made_of: (derived, 3) int64: operation and both columns; -1 where there is none.
    """

    statistic: Array
    conditions: Array
    segment: Array
    blocks: Array
    sizes: Array
    made_of: Array


class Work(NamedTuple):
    """One labelling being searched.

    Attributes:
        batches: The batches.
        label: (batches,) 1.0 failed, 0.0 good.
        effort: How hard to look.
        found: Filled in place.
        spare: (10, at least the batches + 2 and twice the failures + 3) of numbers.
        rows: (2, batches), positions of the batches covered, and of the failing ones of them.
        counts: (3,) how many of each, and how many fail of all.
        bar: (7,) slope and number of the chords that an interval must get above: two, then the one
            that screens; then the fewest failures a failing batch covered expects.
    """

    batches: SearchedBatches
    label: Array
    effort: Effort
    found: Found
    spare: Array
    rows: Array
    counts: Array
    bar: Array
