"""What a reader of a source should know beside the counts, one sentence each.

Nothing is judged here; a note never stops a run.
"""

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from assets.sources.admission import Admission
from assets.sources.files.delivered_files import Delivered
from assets.sources.files.places import files_below
from assets.sources.files.wanted_columns import wanted_columns
from assets.sources.mapping.record_mapping import Mapped
from data_contracts.profile import Profile
from data_contracts.profile_schema.clocks import MADE_START

SHOWN = 10
MOST_NAMED = 50
MOST_LOOKED_AT = 100_000  # files of a data folder, which may be somebody's whole disk


def source_notes(
    profile: Profile,
    delivered: Mapping[str, Delivered],
    mapped: Mapped,
    admissions: Mapping[str, Admission],
) -> tuple[str, ...]:
    """Return the notes on a source.

    Args:
        profile: How the source is mapped.
        delivered: Its files.
        mapped: Its records, before they were judged.
        admissions: Its records, judged.
    """
    conflicts = (
        f"{table}: {keys} keys are repeated with different values; the first in the order "
        "delivered was taken."
        for table, keys in mapped.conflicting_keys.items()
    )
    return (
        *_made_instants(profile),
        *_unmapped_columns(profile, delivered),
        *conflicts,
        *_order_against_dates(admissions["raw.batches"].accepted),
    )


def files_nobody_reads(profile: Profile, read: Collection[Path], data_dir: Path) -> tuple[str, ...]:
    """Return a note on delivered files the profile neither reads nor lists as ignored."""
    if not profile.needs_data_dir:
        return ()
    present = sorted(path for path in files_below(data_dir, MOST_LOOKED_AT) if path not in read)
    names = [str(path.relative_to(data_dir)) for path in present if path.name[0] != "."]
    unread = [n for n in names if not any(fnmatch(n, p) for p in profile.ignored_files)]
    if not unread:
        return ()
    shown = ", ".join(unread[:SHOWN]) + (", ..." if len(unread) > SHOWN else "")
    note = "delivered files are neither read nor listed under 'ignored_files'"
    return (f"{len(unread)} {note}: {shown}.",)


def _made_instants(profile: Profile) -> Iterator[str]:
    """Say which instants were made for want of a known start."""
    for mapping in (*profile.mappings, *profile.readings):
        for cell in mapping.cells:
            if cell.clock is not None and cell.since is None:
                yield (
                    f"{mapping.table}.{cell.target}: no start is known, so series were laid one "
                    f"after the other from {MADE_START}; these instants say what came before what, "
                    "and how long after, and nothing else."
                )


def _unmapped_columns(profile: Profile, delivered: Mapping[str, Delivered]) -> Iterator[str]:
    for name, file in delivered.items():
        known = {*profile.read_columns(name), *file.described.ignored, *file.described.places}
        for mapping in profile.mappings:
            if mapping.file == name:
                known.update(column for column, _, _ in mapping.delivered_columns())
        wanted = wanted_columns(profile, name)
        unmapped = [c for c in file.header if c not in known and c not in wanted]
        if unmapped:
            yield (
                f"{file.described.pattern}: {len(unmapped)} delivered columns are neither mapped "
                f"nor listed under 'ignored': {', '.join(unmapped[:MOST_NAMED])}"
                + (", ..." if len(unmapped) > MOST_NAMED else ".")
            )


def _order_against_dates(batches: pl.DataFrame) -> Iterator[str]:
    """Count the batches whose start contradicts the stated order of production."""
    dated = batches.filter(pl.col("started_at").is_not_null()).sort("production_order")
    earlier = int((dated["started_at"] < dated["started_at"].cum_max()).sum())
    if earlier:
        yield (
            f"raw.batches: {earlier} batches start before a batch of lower production order; the "
            "production order was kept."
        )
