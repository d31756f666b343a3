"""Search of one set of batches for rules, on the records and under the null by the same procedure.

Single columns are searched at full resolution, pairs and triples by a beam; the compiled part is in
``search_kernel``. What comes out is in the records' own values.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from assets.rules.search.derived_candidates import budget, derived_column
from assets.rules.search.entry import search
from assets.rules.search.records import BLOCK, DEPTHS, Array, Effort, Found, SearchedBatches
from assets.rules.search.rule import Rule, RuleCondition, sorted_rule
from assets.rules.search.selectors import SearchColumn
from assets.statistics.array_types import FloatArray, IntArray

CHUNK_DRAWS = 25
FEWEST_FAILURES = 4
FEWEST_DISTINCT = 10
PARENTS = 10
DERIVED = 8
BEAM = 20


@dataclass(frozen=True)
class ScoredRule:
    """A rule and its likelihood ratio on the batches it was found on."""

    rule: Rule
    statistic: float


class SubgroupSearch:
    """Rules over some columns on some batches.

    Args:
        columns: The columns, their values on the batches searched.
        expected: Per batch, failures expected under the null.
        depth: Most conditions of a rule.
        beam: Rules of each depth that are extended.
        parents: Columns whose pairs are tried as derived ones; 0 for none.
        fewest_failures: Failures a rule must cover.
        failures: Failures of the period, where only the batches of one rule are searched.
    """

    def __init__(
        self,
        columns: tuple[SearchColumn, ...],
        expected: FloatArray,
        *,
        depth: int = DEPTHS,
        beam: int = BEAM,
        parents: int = PARENTS,
        fewest_failures: int = FEWEST_FAILURES,
        failures: float | None = None,
    ) -> None:
        self.columns = columns
        values = np.array([c.values for c in columns]).reshape(len(columns), expected.size)
        rank, sizes = _ranks(columns, values)
        is_level = np.zeros(_width(len(columns)), dtype=np.bool_)
        is_level[: len(columns)] = [column.levels is not None for column in columns]
        is_derivable = np.zeros(is_level.size, dtype=np.bool_)
        is_derivable[: sizes.size] = ~is_level[: sizes.size] & (sizes >= FEWEST_DISTINCT)
        derivable = np.flatnonzero(is_derivable)
        total = float(expected.sum()) if failures is None else failures
        self._batches = SearchedBatches(
            rank, sizes, is_level, values, derivable, is_derivable, expected, total
        )
        derived = DERIVED if parents and derivable.size > 1 else 0
        self._effort = Effort(depth, beam, fewest_failures, parents if derived else 0, derived, 0.0)

    @property
    def candidates(self) -> int:
        """Single conditions searched: intervals on the data's cut points, levels, derived columns.

        Conditions on derived columns are counted one per column tried.
        """
        sizes = self._batches.distinct.astype(np.int64)
        is_level = self._batches.is_level[: sizes.size]
        intervals = sizes * (sizes + 1) // 2
        return int(np.where(is_level, sizes, intervals).sum()) + self.derived_budget

    @property
    def derived_budget(self) -> int:
        """Derived columns tried per labelling."""
        return budget(self._effort.parents, int(self._batches.derivable.size))

    def best(self, label: FloatArray) -> list[list[ScoredRule]]:
        """Search the records.

        Args:
            label: Per batch, 1 failed, 0 good.

        Returns:
            Per depth, the rules kept, best first.
        """
        found, spare = self._space()
        labels = label[None].astype(np.uint8)
        search(self._batches, labels, self._effort, found, spare, np.empty((1, DEPTHS)))
        return [self._rules(found, depth, label) for depth in range(1, DEPTHS + 1)]

    def null(self, labels: IntArray, above: float = 0.0) -> FloatArray:
        """Search every draw of the null.

        Args:
            labels: (draws, batches) permuted labels.
            above: Where rules have one condition: what is worth no more counts as 0, which saves
                telling it apart.

        Returns:
            (draws, 3) best statistic of each depth; the same whatever the number of threads.
        """
        labels = np.asarray(labels, dtype=np.uint8)  # another type would be compiled anew
        maxima = np.zeros((labels.shape[0], DEPTHS))
        effort = self._effort._replace(above=above if self._effort.depth == 1 else 0.0)
        starts = range(0, labels.shape[0], CHUNK_DRAWS)

        def run(start: int) -> None:
            part = slice(start, start + CHUNK_DRAWS)
            found, spare = self._space()
            search(self._batches, labels[part], effort, found, spare, maxima[part])

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(run, starts))
        return maxima

    def _space(self) -> tuple[Found, FloatArray]:
        rank, effort = self._batches.rank, self._effort
        width = self._batches.is_level.size
        segment = np.zeros((rank.shape[0], width), dtype=rank.dtype)
        found = Found(
            statistic=np.empty((DEPTHS, effort.beam)),
            conditions=np.zeros((DEPTHS, effort.beam, DEPTHS, 3), dtype=np.int64),
            segment=segment,
            blocks=segment.reshape(rank.shape[0], width // BLOCK, BLOCK),
            sizes=np.zeros(width, dtype=np.int64),
            made_of=np.full((effort.derived, 3), -1, dtype=np.int64),
        )
        most = max(2 * rank.shape[0], int(self._batches.distinct.max(initial=0)))
        return found, np.empty((10, most + 4))

    def _rules(self, found: Found, depth: int, label: FloatArray) -> list[ScoredRule]:
        statistic = found.statistic[depth - 1]
        order = [place for place in np.argsort(-statistic, kind="stable") if statistic[place] > 0]
        return [
            ScoredRule(
                sorted_rule(
                    [
                        self._condition(found, part, label)
                        for part in found.conditions[depth - 1, place, :depth]
                    ]
                ),
                float(statistic[place]),
            )
            for place in order
        ]

    def _condition(self, found: Found, part: IntArray, label: FloatArray) -> RuleCondition:
        """Back from segments to values: segment 2k + 1 is the k-th failing value."""
        place, low, high = (int(number) for number in part)
        if place < len(self.columns):
            column = self.columns[place]
        else:
            operation, left, right = found.made_of[place - len(self.columns)]
            column = derived_column(operation, self.columns[left], self.columns[right])
        if column.levels is not None:
            return RuleCondition(column, level=column.levels[low])
        failing = np.unique(column.values[(label > 0) & np.isfinite(column.values)])
        return RuleCondition(column, float(failing[low // 2]), float(failing[high // 2]))


def _width(columns: int) -> int:
    """Room for the columns, the derived ones and one for drafts, in whole blocks."""
    return BLOCK * -(-(columns + DERIVED + 1) // BLOCK)


def _ranks(columns: tuple[SearchColumn, ...], values: FloatArray) -> tuple[Array, IntArray]:
    """Place of every value among its column's distinct values, and how many these are."""
    batches = values.shape[1]
    small = 2 * batches + 4 < np.iinfo(np.uint16).max
    order = np.argsort(values, axis=1, kind="stable")  # missing values come last
    ordered = np.take_along_axis(values, order, axis=1)
    there = np.isfinite(ordered)
    is_new = there.copy()
    is_new[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    place = np.cumsum(is_new, axis=1) - 1
    sizes = place.max(axis=1, initial=-1) + 1
    rank = np.empty((batches, len(columns)), dtype=np.uint16 if small else np.uint32)
    np.put_along_axis(rank.T, order, np.where(there, place, sizes[:, None]), axis=1)
    for number, column in enumerate(columns):
        if column.levels is not None:
            code = column.values
            sizes[number] = len(column.levels)
            rank[:, number] = np.where(np.isfinite(code), code, sizes[number])
    return rank, sizes
