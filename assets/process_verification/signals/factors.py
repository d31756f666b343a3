"""What may move beside a process: equipment, lots, suppliers, shifts, lines, recipes, by batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import polars as pl

from assets.statistics.array_types import IntArray


@dataclass(frozen=True)
class Factors:
    """Every factor over all batches, and events in the life of equipment.

    Attributes:
        place: Batch -> its position in the arrays.
        levels: Factor -> code of its level on each batch, -1 where there is none; and their names.
        events: Equipment and event -> instants in order.
        lots: Batch -> its lots, as ``material lot``.
        used: Batch -> the equipment it ran on.
        made_at: Batch -> when it was made, its end where that is noted; NaT where nothing is.
    """

    place: Mapping[str, int]
    levels: Mapping[str, tuple[IntArray, Sequence[str]]]
    events: Mapping[tuple[str, str], np.ndarray]
    lots: Mapping[str, frozenset[str]]
    used: Mapping[str, frozenset[str]]
    made_at: Mapping[str, np.datetime64]

    def places(self, batch: np.ndarray) -> IntArray:
        """Return the positions of batches in the arrays."""
        return np.fromiter(map(self.place.__getitem__, batch), np.int64, batch.size)

    @cached_property
    def made(self) -> np.ndarray:
        """When each batch was made, in the order of the arrays."""
        return np.array([self.made_at[name] for name in self.place], dtype="datetime64[us]")

    def used_on(self, batch: np.ndarray) -> frozenset[str]:
        """Return the equipment that any of some batches ran on."""
        nothing: frozenset[str] = frozenset()
        return nothing.union(*(self.used.get(name, nothing) for name in batch))

    def events_until(self, instant: np.datetime64) -> bytes:
        """Return what stands for all events on equipment up to an instant."""
        instants, digests = self._events_in_order
        return digests[int(np.searchsorted(instants, instant, side="right"))]

    @cached_property
    def _events_in_order(self) -> tuple[np.ndarray, list[bytes]]:
        """Instants in order, and a digest of the events before each, and of all."""
        every = [
            (instant, equipment, event)
            for (equipment, event), instants in self.events.items()
            for instant in instants.tolist()
        ]
        digests = [b""]
        for instant, equipment, event in sorted(every):
            digests.append(_digest(digests[-1], str(instant), equipment, event))
        instants = np.array([instant for instant, *_ in sorted(every)], dtype="datetime64[us]")
        return instants, digests

    @cached_property
    def digests(self) -> np.ndarray:
        """Per batch in the order of the arrays, 16 bytes that stand for all there is of it here.

        By names, not by codes: a level that is new today takes no other batch's digest away.
        """
        held = [
            np.array([_digest(factor, name) for name in names] or [b""], dtype="V16")[codes]
            for factor, (codes, names) in self.levels.items()
        ]
        has = np.array([codes >= 0 for codes, _ in self.levels.values()], dtype=bool)
        levels = np.array(held, dtype="V16").reshape(len(held), len(self.place))
        found = np.empty(len(self.place), dtype="V16")
        nothing: frozenset[str] = frozenset()
        for batch, at in self.place.items():
            # A factor that is new today says nothing of the batches before it.
            own = levels[has[:, at], at].tobytes() if held else b""
            sets = (sorted(of.get(batch, nothing)) for of in (self.lots, self.used))
            found[at] = _digest(own, str(self.made_at[batch]), *map(str, sets))
        return found


def _digest(*parts: str | bytes) -> bytes:
    texts = (part if isinstance(part, bytes) else part.encode() for part in parts)
    return blake2b(b"\0".join(texts), digest_size=16).digest()


def factors_of(
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    material_usage: pl.DataFrame,
    parameters: pl.DataFrame,
    equipment_events: pl.DataFrame,
) -> Factors:
    """Collect every factor.

    Args:
        batches: ``core.batches``.
        phases: ``core.phases``.
        material_usage: ``core.material_usage``.
        parameters: ``core.parameters``; categories and set-points are the recipe.
        equipment_events: ``core.equipment_events``.
    """
    ordered = batches.sort("production_order")
    ids = ordered["batch_id"].to_list()
    parts = [
        _long(ordered, "line", "line"),
        _long(ordered, "strength", "strength"),
        _phase_factor(phases, "equipment_id", "equipment of "),
        _phase_factor(phases, "shift", "shift of "),
        _usage_factor(material_usage, "lot", "lot of "),
        _usage_factor(material_usage, "supplier", "supplier of "),
        _recipe(parameters),
    ]
    place = pl.col("batch_id").cast(pl.Enum(ids), strict=False).to_physical().cast(pl.Int64)
    long = pl.concat(parts).with_columns(place=place).drop_nulls()
    levels = {}
    for (factor,), frame in long.sort("factor").group_by("factor", maintain_order=True):
        names = frame["level"].unique().sort()
        codes = np.full(len(ids), -1, np.int64)
        codes[frame["place"].to_numpy()] = frame["level"].cast(pl.Enum(names)).to_physical()
        levels[str(factor)] = (codes, names.to_list())
    timed = equipment_events.filter(pl.col("occurred_at").is_not_null()).sort("occurred_at")
    events = {
        (str(equipment), str(event)): frame["occurred_at"].to_numpy().astype("datetime64[us]")
        for (equipment, event), frame in timed.group_by(
            "equipment_id", "event", maintain_order=True
        )
    }
    made_at = ordered.select(pl.coalesce("ended_at", "started_at")).to_series()
    named = pl.concat_str("material", "lot", separator=" ")
    return Factors(
        {batch: at for at, batch in enumerate(ids)},
        levels,
        {key: events[key] for key in sorted(events)},
        _sets(material_usage.select("batch_id", item=named)),
        _sets(phases.select("batch_id", item="equipment_id")),
        dict(zip(ids, made_at.to_numpy().astype("datetime64[us]"), strict=True)),
    )


def _sets(frame: pl.DataFrame) -> dict[str, frozenset[str]]:
    grouped = (
        frame.drop_nulls().group_by("batch_id", maintain_order=True).agg(pl.col("item").unique())
    )
    return {batch: frozenset(items) for batch, items in grouped.iter_rows()}


def _long(frame: pl.DataFrame, column: str, factor: str) -> pl.DataFrame:
    return frame.select("batch_id", factor=pl.lit(factor), level=pl.col(column).cast(pl.String))


def _joined(frame: pl.DataFrame) -> pl.DataFrame:
    """One level a batch: several at once are one of their own."""
    known = frame.drop_nulls()
    of = pl.struct("batch_id", "factor")
    several = known.filter(of.is_duplicated())
    if not several.height:
        return known
    together = several.group_by("batch_id", "factor", maintain_order=True).agg(
        level=pl.col("level").unique().sort().str.join(" + ")
    )
    return pl.concat([known.filter(of.is_unique()), together])


def _phase_factor(phases: pl.DataFrame, column: str, named: str) -> pl.DataFrame:
    factor = pl.lit(named) + pl.col("unit_procedure")
    return _joined(phases.select("batch_id", factor=factor, level=pl.col(column)))


def _usage_factor(usage: pl.DataFrame, column: str, named: str) -> pl.DataFrame:
    factor = pl.lit(named) + pl.col("material")
    return _joined(usage.select("batch_id", factor=factor, level=pl.col(column)))


def _recipe(parameters: pl.DataFrame) -> pl.DataFrame:
    """Categories recorded as parameters: screens, tools, recipes."""
    named = parameters.filter(pl.col("level").is_not_null())
    factor = pl.lit("recipe: ") + pl.col("parameter")
    return _joined(named.select("batch_id", factor=factor, level=pl.col("level")))
