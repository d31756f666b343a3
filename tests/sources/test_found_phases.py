"""Phases found where none are delivered: by a step column, set-points, and change points."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.sources.mapping.found_phases import found_phases
from assets.statistics.change_points import change_confidence, level_changes
from data_contracts.errors import ProfileError
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.mapping import FoundPhases, read_mapping


def rows_of(
    *batches: tuple[str, Mapping[str, Sequence[object]]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and the delivered rows beside them, a reading a minute in each batch."""
    records, frames = [], []
    for batch_id, columns in batches:
        count = len(next(iter(columns.values())))
        instants = [f"2024-01-01 {m // 60:02d}:{m % 60:02d}:00" for m in range(count)]
        records.append(
            pl.DataFrame({"batch_id": batch_id, "stage": "4", "started_at": instants}).with_columns(
                source_file=pl.lit("coater.csv"), source_row=pl.int_range(1, count + 1)
            )
        )
        frames.append(pl.DataFrame(columns, strict=False).with_columns(pl.all().cast(pl.String)))
    return pl.concat(records), pl.concat(frames)


def found(how: str, columns: list[str], phases: list[str], *rows: pl.DataFrame) -> pl.DataFrame:
    return found_phases(FoundPhases(how, tuple(columns), tuple(phases), None, None, "here"), *rows)


def test_a_step_column_names_phases_and_one_that_comes_again_is_numbered() -> None:
    steps = ["heat"] * 3 + ["spray"] * 4 + [None] + ["heat"] * 2
    phases = found("step", ["STEP"], [], *rows_of(("B1", {"STEP": steps})))
    assert phases["phase"].to_list() == ["heat", "spray", "heat_2"]
    assert phases["started_at"].str.slice(14, 2).to_list() == ["00", "03", "08"]
    assert phases["ended_at"].str.slice(14, 2).to_list() == ["02", "07", "09"]
    assert phases["found_by"].unique().to_list() == ["step"]
    assert phases["source_row"].to_list() == [1, 4, 9]


def test_a_phase_begins_wherever_a_set_point_moves_in_each_batch_for_itself() -> None:
    first = {"SP_T": [20, 20, 60, 60, 60, 60], "SP_RATE": [0, 0, 0, 8, 8, 8]}
    second = {"SP_T": [20, 20, 20], "SP_RATE": [0, 0, 0]}
    rows = rows_of(("B1", first), ("B2", second))
    phases = found("set_points", ["SP_T", "SP_RATE"], ["start", "heat"], *rows)
    assert phases.select("batch_id", "phase").rows() == [
        ("B1", "start"), ("B1", "heat"), ("B1", "phase_3"), ("B2", "start"),
    ]  # fmt: skip
    assert phases["found_confidence"].cast(pl.Float64).to_list() == [1.0] * 4


def test_changes_of_level_are_found_with_what_they_are_called_and_how_sure_they_are() -> None:
    rng = np.random.default_rng(1)
    level = np.repeat([20.0, 60.0, 30.0], [40, 50, 30])
    signals = {"T": level + rng.normal(0, 1, 120), "P": level / 10 + rng.normal(0, 0.3, 120)}
    signals["T"][5] = np.nan
    columns = {name: [None if np.isnan(v) else v for v in x] for name, x in signals.items()}
    rows = rows_of(("B1", columns))
    phases = found("change_points", ["T", "P"], ["load", "coat", "cool"], *rows)
    assert phases["phase"].to_list() == ["load", "coat", "cool"]
    assert phases["source_row"].to_list() == [1, 41, 91]
    assert (phases["found_confidence"].cast(pl.Float64) > 0.99).all()
    unknown = found("change_points", ["T", "P"], [], *rows)
    assert unknown["phase"].to_list() == ["phase_1", "phase_2", "phase_3"]
    short = rows_of(("B1", {"T": [1.0], "P": [2.0]}))
    assert found("change_points", ["T", "P"], ["a", "b"], *short)["phase"].to_list() == ["a"]


def test_a_row_per_tag_is_found_in_like_a_column_per_tag() -> None:
    level = np.repeat([0.0, 9.0], [20, 20])
    records, frame = rows_of(("B1", {"T": list(level), "P": list(-level)}))
    wide = found("change_points", ["T", "P"], ["a", "b"], records, frame)
    long = (
        pl.concat([records, records]),
        pl.DataFrame(
            {
                "TAG": ["T"] * 40 + ["P"] * 40,
                "VALUE": [str(v) for v in [*level, *-level]],
            }
        ),
    )
    by_tag = FoundPhases("change_points", ("T", "P"), ("a", "b"), "TAG", "VALUE", "here")
    both = found_phases(by_tag, *long)
    assert both.drop("source_row").equals(wide.drop("source_row"))
    assert both["started_at"].to_list() == [records["started_at"][0], records["started_at"][20]]


def test_a_number_of_changes_is_given_or_paid_for_also_in_long_records() -> None:
    rng = np.random.default_rng(3)
    signals = np.repeat([[0.0, 1.0], [4.0, 1.0], [4.0, -3.0]], [1000, 900, 500], axis=0)
    signals += rng.normal(0, 0.5, signals.shape)
    for number in (2, None):
        assert level_changes(signals, number).tolist() == [1000, 1900]
    assert level_changes(rng.normal(size=(300, 3))).size == 0
    assert change_confidence(signals, np.array([1000, 1900])).min() > 0.99


@pytest.mark.parametrize(
    ("found_by", "message"),
    [
        ({"step": ["A", "B"]}, "one column names the steps"),
        ({"step": "A", "set_points": ["B"]}, "give one of step, set_points, change_points"),
        ({"change_points": ["A"], "phases": ["only"]}, "one phase has no change"),
        ({"change_points": ["A"], "tag": "TAG"}, "which column holds the values"),
        ({"change_points": ["A"], "phase": "x"}, "phase"),
    ],
)
def test_what_cannot_be_found_is_refused_where_it_stands(
    found_by: dict[str, object], message: str
) -> None:
    mapping = {
        "file": "coater",
        "columns": {"batch_id": "BATCH", "started_at": "TIME"},
        "constants": {"stage": 4, "unit_procedure": "coating"},
        "found_by": found_by,
    }
    section = Section(mapping, ("tables", "phases"), Path("profile.yaml"), {})
    with pytest.raises(ProfileError, match=message):
        read_mapping(section, "raw.phases")
