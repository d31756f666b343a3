"""Mappings of files with many rows in time: readings of sensors, and the phases they show."""

import polars as pl

from assets.sources.drafting.batch_columns import Quantity
from assets.sources.drafting.batch_files import GUESS, quantity_lines
from assets.sources.drafting.draft_text import commented, entry
from assets.sources.drafting.looking.dates import DateFormat, date_format
from assets.sources.drafting.looking.glossary import (
    PROCESS_STAGE,
    TIMESTAMPS,
    machine_of,
    stage_of,
    unit_of,
)
from assets.sources.drafting.looking.joins import Keyed
from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import snake_case, unit_in_brackets

MOST_STEPS = 30  # distinct texts of a recipe
ROWS_A_STEP = 3  # rows of a step at the least, on average

Timestamp = tuple[str, DateFormat]
"""A column that says when a row was recorded, and how it is written."""


def timestamp_of(look: FileLook) -> Timestamp | None:
    """Return the column that says when a row was recorded, and how it is written."""
    names = {snake_case(column): column for column in look.header}
    usual = [names[name] for name in TIMESTAMPS if name in names]
    for column in (*usual, *look.header):
        form = date_format(look.frame[column])
        if form is not None and form.has_day and look.frame[column].n_unique() > 1:
            return column, form
    return None


def signals(look: FileLook, apart: set[str]) -> list[Quantity]:
    """Return the numeric columns of a series as tags, without those that are no signal."""
    found = []
    for column in look.header:
        if column in apart or not look.is_numeric(column):
            continue
        name = snake_case(column)
        stage = stage_of(name, PROCESS_STAGE)
        unit = unit_in_brackets(column) or unit_of(name)
        found.append(Quantity(column, name, stage, unit, None, is_text=False, is_result=False))
    # One machine works at one stage: the one most of its names speak of.
    stages = [each.stage for each in found]
    usual = max(set(stages), key=stages.count, default=PROCESS_STAGE)
    return [Quantity(**{**vars(each), "stage": usual}) for each in found]


def series_mappings(
    look: FileLook, keyed: Keyed | None, at: Timestamp, tags: list[Quantity]
) -> dict[str, list[list[str]]]:
    """Write the mappings of a series.

    Args:
        look: The file.
        keyed: The same where its rows name a batch.
        at: Column of the instant, and how it is written.
        tags: Its signals.
    """
    column, form = at
    procedure, machine = machine_of([each.name for each in tags])
    stage = tags[0].stage if tags else PROCESS_STAGE
    head = [f"file: {look.name}"]
    cell: object = column if form.format is None else {"column": column, "format": form.format}
    own = {"batch_id": keyed.key} if keyed is not None else {}
    readings = [
        *head,
        entry("columns", {**own, "recorded_at": cell}),
        entry("constants", {"equipment_id": machine, "quality": "good"}, GUESS),
        *quantity_lines(tags),
    ]
    found = {"sensor_readings": [readings]} if tags else {}
    if keyed is not None:
        extra = {} if form.format is None else {"format": form.format}
        places: dict[str, object] = {
            "stage": stage,
            "unit_procedure": procedure,
            "phase": procedure,
            "equipment_id": machine,
        }
        step = _step_column(keyed, apart={column, *(each.column for each in tags)})
        if step is not None:
            del places["phase"]
            row = {"column": column, **extra} if extra else column
            found["phases"] = [
                [
                    *head,
                    entry("columns", {"batch_id": keyed.key, "started_at": row}),
                    entry("constants", places, GUESS),
                    entry("found_by", {"step": step}, f"{GUESS}: its texts stand in runs"),
                ]
            ]
            return found
        looked_at = ", ".join(each.column for each in tags)
        found["phases"] = [
            [
                *head,
                "columns:",
                f"  {entry('batch_id', keyed.key)}",
                f"  {entry('started_at', {'column': column, **extra, 'aggregate': 'min'})}",
                f"  {entry('ended_at', {'column': column, **extra, 'aggregate': 'max'})}",
                entry("constants", places, GUESS),
                *commented(
                    "One phase a batch. Phases inside it can be found where levels change: map "
                    "started_at to the instant of each row, leave out ended_at and phase, and say "
                    f"found_by: {{change_points: [{looked_at}], phases: [names in order]}}."
                ),
            ]
        ]
    return found


def _step_column(keyed: Keyed, apart: set[str]) -> str | None:
    """The column of texts that stand in runs within a batch, a few runs each; None for none."""
    frame = keyed.look.frame
    for column in keyed.look.header:
        texts = frame[column]
        is_text = texts.count() == frame.height and not keyed.look.is_numeric(column)
        if not is_text or column in (keyed.key, *apart) or texts.n_unique() > MOST_STEPS:
            continue
        own = frame.select(batch=pl.col(keyed.key), step=texts)
        runs = own.group_by("batch").agg(pl.col("step").rle().len().alias("runs"), pl.len())
        several = runs.filter(pl.col("runs") > 1).height
        long = runs.filter(pl.col("runs") * ROWS_A_STEP <= pl.col("len")).height
        if 2 * min(several, long) > runs.height:
            return column
    return None
