"""When a signal began and what else moved then: told from the record up to it, and told once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assets.process_verification.kept import kept_onset
from assets.process_verification.limits.versions import Version
from assets.process_verification.plan.series import GROUPED, Series
from assets.process_verification.signals.factors import Factors
from assets.process_verification.signals.moves import as_columns, moves
from assets.process_verification.signals.moves import told as said
from assets.statistics.array_types import IntArray
from assets.statistics.charts.sequential.onset import LONGEST, Onset
from warehouse.kept_results import Json, KeptResults

MOST_LOTS = 5


@dataclass(frozen=True)
class RaisedSignal:
    """One signal before it is told.

    Attributes:
        place: Position of its point on the chart, from 0.
        watch: What was watched.
        sign: 1 up or wider, -1 down or narrower, as the average that signalled says.
        version: Number of the version and the version.
    """

    place: int
    watch: str
    sign: int
    version: tuple[int, Version]


@dataclass(frozen=True)
class Sense:
    """What the record up to a signal says of it.

    Attributes:
        began: When it began; None where nobody can tell.
        moves: Of all factors that moved at all, columns of ``finding.chart_moves``.
        moved: Those beyond chance, in words; None for none.
        lots: Used since it began and not before.
    """

    began: Onset | None
    moves: Mapping[str, Sequence[Any]]
    moved: str | None
    lots: str | None


NOTHING = Sense(None, as_columns([]), None, None)


class Senses:
    """Tells the signals of one chart.

    Args:
        series: What it plots.
        factors: What may move beside the process.
        kept: What was told before.
    """

    def __init__(self, series: Series, factors: Factors, kept: KeptResults) -> None:
        self._series, self._factors, self._kept = series, factors, kept

    def of(self, one: RaisedSignal) -> Sense:
        """Tell a signal; no point after it has a part in that."""
        series, first = self._series, one.version[1].baseline_first
        values = series.spread if is_of_samples(series, one) else series.value
        values = values[first : one.place + 1]
        if not np.isfinite(values).all():
            return NOTHING
        began = kept_onset(self._kept, values, (one.version[1].fixed or 0) + 1 - first)
        if began is None:
            return NOTHING
        interval = tuple(first + at for at in (began.low, began.place, began.high))
        told = self._kept.of(
            *("moves", interval, *self._depends_on(one)),
            make=lambda: self._beside(one.place, *interval),
        )
        return Sense(began, told["moves"], told["moved"], told["lots"])

    def _beside(self, place: int, low: int, middle: int, high: int) -> Json:
        part = self._looked_at(place)
        batch, made_at = self._series.batch[part], self._made_at[part]
        places = (at - part.start for at in (low, middle, high))
        found = moves(self._factors, batch, made_at, *places)
        lots = self._lots(middle, place)
        return {"moves": as_columns(found), "moved": said(found), "lots": lots}

    def _depends_on(self, one: RaisedSignal) -> Iterator[object]:
        """All that ``_beside`` reads: batches up to the signal, and events up to the last made."""
        made_at = self._made_at[self._looked_at(one.place)]
        yield from (self._digests[: one.place + 1], made_at)
        if not np.isnat(made_at).any():
            yield self._factors.events_until(made_at.max())

    def _looked_at(self, place: int) -> slice:
        return slice(max(place + 1 - LONGEST, 0), place + 1)

    @cached_property
    def _places(self) -> IntArray:
        return self._factors.places(self._series.batch)

    @cached_property
    def _digests(self) -> np.ndarray:
        return self._factors.digests[self._places]

    @cached_property
    def _made_at(self) -> np.ndarray:
        """When each point came about: an event as it was filed, all else as its batch was made."""
        if self._series.chart == "t":
            return self._series.known_at
        return self._factors.made[self._places]

    def _lots(self, begin: int, place: int) -> str | None:
        """Lots used since it began and not before."""
        lots, batch = self._factors.lots, self._series.batch
        nothing: frozenset[str] = frozenset()
        before = nothing.union(*(lots.get(name, nothing) for name in batch[:begin]))
        since = nothing.union(*(lots.get(name, nothing) for name in batch[begin : place + 1]))
        new = sorted(since - before)
        more = f" and {len(new) - MOST_LOTS} more" if len(new) > MOST_LOTS else ""
        return ", ".join(new[:MOST_LOTS]) + more if new else None


def is_of_samples(series: Series, one: RaisedSignal) -> bool:
    """Whether the spread that signalled is that of the samples of a batch."""
    return one.watch == "spread" and series.chart in GROUPED
