"""A foreign table: its columns as a plant would export them, and the truth behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Risk = Callable[[Mapping[str, Floats]], Floats]
Realised = Callable[[Mapping[str, Floats]], NDArray[np.bool_]]

STANDARD = NormalDist()


@dataclass(frozen=True)
class Parameter:
    """A numeric column with the law of its value given what was recorded before it.

    Attributes:
        name: Column name, unit as suffix.
        stage: 1 to 5, when it is known.
        values: (batches,) as made; a record may miss some of them.
        centre: (batches,) mean given the recorded past; the law is normal around it.
        spread: Standard deviation around ``centre``.
    """

    name: str
    stage: int
    values: Floats
    centre: Floats
    spread: float

    def held(self, low: float, high: float) -> Floats:
        """Return the values under the policy "hold in [low, high]", a truncated redraw.

        Every batch keeps its rank given its past: x' = F^-1(F(a) + U (F(b) - F(a))).
        """
        from scipy.special import ndtr, ndtri

        at = (self.values - self.centre) / self.spread
        bottom = ndtr((low - self.centre) / self.spread)
        top = ndtr((high - self.centre) / self.spread)
        rank = bottom + ndtr(at) * (top - bottom)
        moved = self.centre + self.spread * ndtri(np.clip(rank, 1e-12, 1 - 1e-12))
        return np.asarray(np.clip(moved, low, high))


@dataclass(frozen=True)
class ForeignTable:
    """One table and its truth.

    Attributes:
        kind: What it was made to hold.
        seed: Its seed.
        parameters: Numeric columns.
        categories: Name -> (stage, level per batch).
        product: Per batch.
        days: Per batch, days since the first; None where the source has no dates.
        campaign: Per batch, where campaigns are recorded.
        lots: Per batch the lot of the one material, where lots are recorded.
        result: (batches,) the declared quantity behind the margin.
        spec_low: Its lower limit.
        rejected: Per batch, the label recorded.
        causes: Names of the columns that act on failure; empty for a null table.
        inert: Names of columns made to look like causes.
        copies: Names of columns that are the result by another name.
        risk: Probability of rejection per batch, given parameters by name (others as recorded).
        realised: Whether each of these very batches is rejected, given parameters by name: its
            noise and whatever else befell it stay as they were.
        missing: Name -> per batch, whether the record misses the value.
        notes: What else a reader of the rows may want.
    """

    kind: str
    seed: int
    parameters: tuple[Parameter, ...]
    categories: Mapping[str, tuple[int, list[str]]]
    product: list[str]
    days: Floats | None
    campaign: list[str] | None
    lots: list[str] | None
    result: Floats
    spec_low: float
    rejected: NDArray[np.bool_]
    causes: tuple[str, ...]
    risk: Risk
    realised: Realised
    inert: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    missing: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def batches(self) -> int:
        """Number of batches."""
        return self.result.size

    def parameter(self, name: str) -> Parameter:
        """Return a numeric column by its name."""
        return next(each for each in self.parameters if each.name == name)

    def prevented(self, name: str, low: float, high: float) -> float:
        """Return the failures per batch that holding a column in a window prevents, expected."""
        if name not in {each.name for each in self.parameters}:
            return 0.0
        recorded = {each.name: each.values for each in self.parameters}
        held = recorded | {name: self.parameter(name).held(low, high)}
        return float(np.mean(self.risk(recorded) - self.risk(held)))

    def prevented_here(self, name: str, low: float, high: float) -> float:
        """Return the failures per batch that holding would have prevented on these very batches."""
        if name not in {each.name for each in self.parameters}:
            return 0.0
        recorded = {each.name: each.values for each in self.parameters}
        held = recorded | {name: self.parameter(name).held(low, high)}
        before, after = self.realised(recorded), self.realised(held)
        return float(np.mean(before.astype(float) - after.astype(float)))

    @property
    def oracle_auc(self) -> float:
        """AUC of the true risk: the best any ranking of such batches can reach on average."""
        return expected_auc(self.risk({each.name: each.values for each in self.parameters}))


def expected_auc(risk: Floats) -> float:
    """AUC of a risk that is true: pairs of a failing and a good batch, ties counted half."""
    order = np.argsort(risk)
    p, good = risk[order], 1 - risk[order]
    below = np.concatenate([[0.0], np.cumsum(good)[:-1]])
    total = p.sum() * good.sum() - (p * good).sum()
    value = (p * below).sum() / total if total > 0 else 0.5
    return float(value) if np.ptp(p) > 1e-12 else 0.5


def as_frame(table: ForeignTable) -> pl.DataFrame:
    """Return the table as exported, a row per batch in order of production."""
    ids = [f"B{i + 1:05d}" for i in range(table.batches)]
    columns: dict[str, Any] = {"batch": ids, "product": table.product}
    if table.days is not None:
        start = np.datetime64("2021-01-04T06:00:00")
        made = start + (table.days * 86_400).astype("timedelta64[s]")
        columns["made_at"] = [str(each) for each in made]
    if table.campaign is not None:
        columns["campaign"] = table.campaign
    if table.lots is not None:
        columns["lot"] = table.lots
    for each in table.parameters:
        values = np.where(table.missing.get(each.name, False), np.nan, each.values)
        columns[each.name] = pl.Series(np.round(values, 4)).fill_nan(None)
    columns |= {name: levels for name, (_, levels) in table.categories.items()}
    columns["assay_pct"] = np.round(table.result, 3)
    columns["decision"] = ["rejected" if each else "released" for each in table.rejected]
    return pl.DataFrame(columns)
