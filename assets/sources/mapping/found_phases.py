"""Phases nobody delivered, found in the rows of a batch: by a step column, set-points or changes.

What is found is marked: ``found_by`` says how, ``found_confidence`` how sure the beginning is. A
phase begins at its first row and ends at its last.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.sources.mapping.cleaning import as_numbers
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.change_points import change_confidence, level_changes
from data_contracts.profile_schema.mapping import CHANGE_POINTS, STEP, FoundPhases

PLACE = ("source_file", "source_row")
STARTED, ENDED = "started_at", "ended_at"
_ORDER = " order of rows"


def found_phases(found_by: FoundPhases, records: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Make one record per phase of the rows of every batch.

    Args:
        found_by: How phases are told.
        records: Per row of the file the cells of the mapping as texts, ``started_at`` the instant
            of the row, and where the row stands.
        frame: The rows of the file, aligned.

    Returns:
        Records of ``raw.phases`` as texts; rows without an instant say nothing. A phase that comes
        again within a batch is numbered: ``spray``, ``spray_2``.
    """
    keys = [name for name in records.columns if name not in (STARTED, *PLACE)]
    rows = _rows(found_by, records, frame, keys).filter(pl.col(STARTED).is_not_null())
    parts = [
        _phases(found_by, own.sort(STARTED, _ORDER), keys)
        for _, own in rows.group_by(keys, maintain_order=True)
    ]
    shape = dict.fromkeys((*keys, "phase", STARTED, ENDED), pl.String)
    shape |= {"found_by": pl.String, "found_confidence": pl.String}
    empty = pl.DataFrame(schema=shape | {PLACE[0]: pl.String, PLACE[1]: pl.Int64})
    parts = [empty, *(part.select(empty.columns) for part in parts)]
    return pl.concat(parts, how="vertical_relaxed")


def _rows(
    found_by: FoundPhases, records: pl.DataFrame, frame: pl.DataFrame, keys: list[str]
) -> pl.DataFrame:
    """The cells beside the columns looked at, one row per instant of a batch."""
    ordered = records.with_columns(pl.int_range(pl.len()).alias(_ORDER))
    if found_by.tag is None:
        kept = frame.select(pl.col(one).alias(_own(one)) for one in found_by.columns)
        return ordered.hstack(kept)
    named = ordered.hstack(frame.select(tag=found_by.tag, value=found_by.value))
    wide = named.filter(pl.col("tag").is_in(found_by.columns)).pivot(
        "tag", index=[*keys, STARTED], values="value", aggregate_function="first"
    )
    first = named.group_by([*keys, STARTED], maintain_order=True).agg(pl.first(*PLACE, _ORDER))
    absent = [one for one in found_by.columns if one not in wide.columns]
    return (
        wide.with_columns(pl.lit(None, pl.String).alias(one) for one in absent)
        .rename({one: _own(one) for one in found_by.columns})
        .join(first, on=[*keys, STARTED], nulls_equal=True)
    )


def _own(column: str) -> str:
    """A name for a column looked at that no column of the contract has."""
    return f" {column}"


def _phases(found_by: FoundPhases, own: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The phases of the rows of one batch, in order."""
    starts, confidence, names = _stretches(found_by, own)
    ends = np.append(starts[1:], own.height)
    return pl.DataFrame(
        {
            **{name: [own[name][0]] * starts.size for name in keys},
            "phase": list(_numbered(names)),
            STARTED: own[STARTED].gather(starts),
            ENDED: own[STARTED].gather(ends - 1),
            "found_by": [found_by.how] * starts.size,
            "found_confidence": [f"{one:.3f}" for one in confidence],
            **{name: own[name].gather(starts) for name in PLACE},
        },
        schema_overrides=dict.fromkeys(keys, pl.String),
    )


def _stretches(found_by: FoundPhases, own: pl.DataFrame) -> tuple[IntArray, FloatArray, list[str]]:
    """First rows of the phases of one batch, how sure each is, and their names."""
    columns = [_own(one) for one in found_by.columns]
    if found_by.how == STEP:
        step = own[columns[0]].forward_fill().backward_fill().fill_null("unnamed")
        starts = np.append(0, _where_moved(step.to_numpy()))
        return starts, np.ones(starts.size), step.gather(starts).to_list()
    signals = _signals(own, columns)
    if found_by.how == CHANGE_POINTS:
        wanted = len(found_by.phases) - 1 if found_by.phases else None
        changes = level_changes(signals, wanted) if own.height > 1 else np.empty(0, np.int64)
        sure = change_confidence(signals, changes)
        if wanted is not None and changes.size < wanted:  # fewer rows than phases: which is which?
            sure = np.zeros(changes.size)
    else:
        changes = np.unique(
            np.concatenate([_where_moved(signals[:, j]) for j in range(signals.shape[1])])
        )
        sure = np.ones(changes.size)
    names = [*found_by.phases, *(f"phase_{k + 1}" for k in range(len(found_by.phases), 99))]
    starts = np.append(0, changes).astype(np.int64)
    names += [f"phase_{k + 1}" for k in range(99, starts.size)]
    return starts, np.append(1.0, sure), names[: starts.size]


def _signals(own: pl.DataFrame, columns: list[str]) -> FloatArray:
    """Columns as numbers, gaps filled from the neighbours; 0 for a column without any."""
    numbers = as_numbers(own.select(columns), tuple(columns))
    table = own.select(columns).with_columns(numbers).cast(pl.Float64, strict=False)
    return table.select(pl.all().forward_fill().backward_fill().fill_null(0.0)).to_numpy()


def _where_moved(values: np.ndarray) -> IntArray:
    return np.flatnonzero(values[1:] != values[:-1]) + 1


def _numbered(names: list[str]) -> Iterator[str]:
    """Names of which each is the only one of its batch."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}_{seen[name]}"
