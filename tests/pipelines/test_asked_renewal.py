"""A renewal interval somebody asks for, on granulators whose seals wear out as declared."""

from types import MappingProxyType

import polars as pl
import pytest

from assets.savings.what_if.conditions import parse_condition
from assets.savings.what_if.refusal import RefusalCode
from assets.time_to_failure.findings import LifeRecords, findings
from assets.virtual_plant.production.batch_frames import batches_frame
from assets.virtual_plant.production.batches import Settings, make_batches
from benchmarks.studies.plants import worn_granulator_plant
from benchmarks.time_to_failure_study import schedule_frames
from data_contracts.assumptions import load_built_in
from data_contracts.errors import UsageError
from data_contracts.tables import table
from pipelines.replay.asked_renewal import LIFE_TABLES, RenewalAnswer, asked_renewal
from pipelines.terminal.what_if_lines import answer_json, answer_lines
from tests.savings.asked_records import asked_business_records, asked_tables

SET = load_built_in("tablets")
Lives = MappingProxyType[str, pl.DataFrame]


@pytest.fixture(scope="module")
def lives() -> Lives:
    made = make_batches(worn_granulator_plant(), Settings(1000, 5.0, 1))
    units = [schedule_frames(made.plant, made.schedule, unit) for unit in made.plant.maintenance]
    found = {name: table(f"core.{name}") for name in LIFE_TABLES}
    found["phases"] = pl.concat([phases for phases, _ in units])
    found["equipment_events"] = pl.concat([events for _, events in units])
    found["batches"] = batches_frame(made)
    return MappingProxyType(found)


def asked(lives: Lives, text: str) -> RenewalAnswer:
    records = asked_business_records(asked_tables())
    return asked_renewal([parse_condition(text)], SET, records, lives, draws=500, seed=1)


def test_the_interval_of_least_cost_gives_what_the_run_says_of_it(lives: Lives) -> None:
    table_row = (
        findings(LifeRecords(**lives), SET, seed=1)["finding.replacement_intervals"]
        .filter(equipment_class="granulation", event="breakdown")
        .drop_nulls("saving_per_batch_usd")
        .row(0, named=True)
    )
    best = table_row["optimal_interval"]
    found = asked(lives, f"granulation <= {best!r} {table_row['time_scale']}")
    assert found.refusal is None
    assert found.row is not None
    for name in ("saving_per_batch_usd", "events_avoided_per_batch"):
        for end in ("", "_low", "_high"):
            assert found.row[name + end] == pytest.approx(table_row[name + end], rel=1e-9)
    assert found.worth is not None
    sooner = asked(lives, f"granulation <= {best / 3}")
    assert sooner.row is not None
    # Renewed three times as often fewer break down, and it costs more.
    assert sooner.row["events_avoided_per_batch"] > found.row["events_avoided_per_batch"]
    assert sooner.row["saving_per_batch_usd"] < found.row["saving_per_batch_usd"]
    lines = "\n".join(answer_lines(found, 1))
    assert "Breakdowns avoided: " in lines
    assert "this question alone" in lines
    said = answer_json(found, 1)
    assert (said["lever"], said["is_answered"], said["asked_since_last_run"]) == (
        "maintenance",
        True,
        1,
    )


def test_an_age_no_part_reached_is_refused(lives: Lives) -> None:
    found = asked(lives, "granulation <= 100000")
    assert found.refusal is not None
    assert found.refusal.code == RefusalCode.OUTSIDE_RECORDS
    assert found.row is None
    assert any(line.startswith("Not answered: The longest life") for line in answer_lines(found, 1))


def test_a_part_without_breakdowns_cannot_be_weighed(lives: Lives) -> None:
    none = dict(lives) | {
        "equipment_events": lives["equipment_events"].filter(pl.col("event") != "breakdown")
    }
    found = asked(MappingProxyType(none), "granulation <= 60")
    assert found.refusal is not None
    assert found.refusal.code == RefusalCode.NO_REPLACEMENT_LAW
    assert "0 breakdowns on record" in found.refusal.reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("granulator <= 60", "The records have: granulation"),
        ("granulation in [10, 60]", "renewal has one end"),
        ("granulation <= 0", "renewal has one end"),
        ("granulation <= 60 days", "not in days"),
    ],
)
def test_what_is_no_question_about_renewal_is_told(text: str, told: str, lives: Lives) -> None:
    with pytest.raises(UsageError, match=told):
        asked(lives, text)


def test_one_part_is_asked_about_at_a_time(lives: Lives) -> None:
    two = [parse_condition(f"granulation <= {age}") for age in (50, 60)]
    with pytest.raises(UsageError, match="one part at a time"):
        asked_renewal(two, SET, asked_business_records(asked_tables()), lives, draws=100, seed=1)
