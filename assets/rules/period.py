"""The batches of one target split in time: found on the earlier half, confirmed on the later one.

A campaign or lot that runs over the border belongs to the earlier half; its later batches confirm
nothing.
"""

from dataclasses import dataclass

import numpy as np

from assets.rules.chance_blocks import ChanceBlocks, chance_blocks
from assets.rules.foretold import foretold
from assets.rules.search.selectors import Selectors
from assets.rules.selection import Period
from assets.rules.targets import Target
from assets.statistics.array_types import FloatArray, IntArray

EARLY_SHARE = 0.5
FEWEST_EARLY_FAILURES = 6


@dataclass(frozen=True)
class Split:
    """One target in time.

    Attributes:
        target: What rules are searched for.
        known: Positions of all batches with a known label, in production order.
        early: Positions of the earlier half.
        late: Positions of the later half.
        selectors: Columns of all batches of the gate.
        foretold: Per batch of the gate, probability of the target given the results before it.
    """

    target: Target
    known: IntArray
    early: IntArray
    late: IntArray
    selectors: Selectors
    foretold: FloatArray

    def blocks(self, rows: IntArray) -> ChanceBlocks:
        """The null of some of the batches."""
        return chance_blocks(
            self.target.label[rows],
            self.selectors.product[rows],
            self.selectors.cluster[rows],
            self.foretold[rows],
        )

    def period(self, rows: IntArray) -> Period:
        """Columns, labels and null of some of the batches."""
        blocks = self.blocks(rows)
        label = self.target.label[rows]
        columns = tuple(
            part
            for part in (column.at(rows) for column in self.selectors.columns)
            if _tells_apart(part.values)
        )
        return Period(columns, label, blocks.expected(label), blocks)

    @property
    def obstacle(self) -> str:
        """Why nothing can be searched for, in words; empty where something can."""
        failures = int(self.target.label[self.early].sum()) if self.early.size else 0
        if failures < FEWEST_EARLY_FAILURES:
            return (
                f"{self.early.size} earlier batches hold {failures} cases; a search for rules "
                f"needs {FEWEST_EARLY_FAILURES}."
            )
        if not self.blocks(self.early).is_usable:
            return (
                "the earlier outcomes can be rearranged among their lots and campaigns in too few "
                "ways for a test of chance."
            )
        return ""


def split_in_time(target: Target, selectors: Selectors, results: FloatArray) -> Split:
    """Split the batches with a known label at the middle of production.

    Args:
        target: What rules are searched for.
        selectors: Columns of all batches of the gate.
        results: (batches, series) of every outcome of the run, aligned to them.
    """
    known = np.flatnonzero(np.isfinite(target.label))
    border = int(known.size * EARLY_SHARE)
    early, late = known[:border], known[border:]
    # Lines run side by side: several campaigns may reach over the border, and not in one piece.
    is_running = np.isin(selectors.cluster[late], selectors.cluster[early])
    risk = foretold(target, results, selectors.product)
    return Split(target, known, early, late[~is_running], selectors, risk)


def _tells_apart(values: FloatArray) -> bool:
    there = values[np.isfinite(values)]
    return bool(there.size) and (there.size < values.size or float(np.ptp(there)) > 0)
