"""A small plant whose counts are chosen by hand: 400 batches in two years, 12 of them failed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumptions, load_run_assumptions

SHORT_FORM = Path(__file__).parent / "assumptions.yaml"
GATES = range(1, 8)
MODES = ("blend_non_uniformity", "coating_temperature_excursion")


def _records(
    *,
    verdict: str = "process_signal",
    is_proxy: bool = False,
    failures: int = 12,
    dated: bool = True,
) -> BusinessRecords:
    """Build records with any-failure and two modes; modes carry no signal of their own."""
    count = 400
    start = datetime(2024, 1, 1)  # noqa: DTZ001 (instants are naive UTC)
    ids = [f"B{number:04d}" for number in range(count)]
    batches = pl.DataFrame(
        {
            "batch_id": ids,
            "production_order": range(count),
            "product": ["P"] * count,
            "strength": ["10MG"] * count,
            "batch_size": [1e6] * count,
            "started_at": [
                start + timedelta(days=730.5 / count) * i if dated else None for i in range(count)
            ],
            "started_at_precision": ["instant" if dated else "order"] * count,
            "failure_mode": [MODES[i % 2] if i < failures else None for i in range(count)],
        },
        schema_overrides={"started_at": pl.Datetime("us"), "failure_mode": pl.String},
    )
    names = ["failure", *MODES]
    failed = {
        "failure": [i < failures for i in range(count)],
        MODES[0]: [i < failures and i % 2 == 0 for i in range(count)],
        MODES[1]: [i < failures and i % 2 == 1 for i in range(count)],
    }
    outcomes = pl.concat(
        pl.DataFrame({"batch_id": ids, "outcome": name, "is_failure": failed[name]})
        for name in names
    )
    outcome_definitions = pl.DataFrame(
        {
            "outcome": names,
            "title": [name.replace("_", " ") for name in names],
            "is_proxy": [is_proxy] * 3,
            "first_known_stage": [6, 6, 6],
            "last_gate_before": [5, 5, 5],
            "severity": ["lost", "lost", "lost"],
        }
    )
    verdicts = verdict_rows(names, verdict)
    return BusinessRecords(batches, outcomes, outcome_definitions, verdicts, alarm_rows())


def verdict_rows(names: list[str], verdict: str) -> pl.DataFrame:
    """One verdict per outcome and gate; only any-failure at gates 3 to 5 carries ``verdict``."""
    rows = []
    for name in names:
        for gate in GATES:
            said = verdict if name == "failure" and 3 <= gate <= 5 else "no_signal"
            said = "not_applicable" if gate > 5 else said
            rows.append((name, gate, said, f"what was found is {said}.", 1.5, gate == 5, False))
    return pl.DataFrame(
        rows,
        schema={
            "outcome": pl.String,
            "gate": pl.Int64,
            "verdict": pl.String,
            "reason": pl.String,
            "design_effect": pl.Float64,
            "is_primary_gate": pl.Boolean,
            "is_proxy": pl.Boolean,
        },
        orient="row",
    )


def alarm_rows(detected: tuple[int, int, int] = (3, 5, 6), failures: int = 9) -> pl.DataFrame:
    """Alarm counts of any-failure at gates 3 to 5, at budgets of 2% and 5%, in one block.

    Whatever least risk is asked for, as many are flagged.
    """
    rows = [
        (
            *("failure", gate, budget, least_prob, 2, failures, max(hit - (budget < 0.05), 0)),
            *(270, round(270 * budget), 1.3, 1.3),
        )
        for gate, hit in zip((3, 4, 5), detected, strict=True)
        for budget in (0.02, 0.05)
        for least_prob in (0.0, 0.56)
    ]
    return pl.DataFrame(
        rows,
        schema={
            "outcome": pl.String,
            "gate": pl.Int64,
            "alarm_budget": pl.Float64,
            "least_prob": pl.Float64,
            "fold": pl.Int64,
            "failures": pl.Int64,
            "detected": pl.Int64,
            "good_batches": pl.Int64,
            "false_alarms": pl.Int64,
            "sensitivity_design_effect": pl.Float64,
            "false_alarm_design_effect": pl.Float64,
        },
        orient="row",
    )


@pytest.fixture(scope="session")
def assumptions_file(tmp_path_factory) -> Path:
    """``assumptions.yaml`` in full, as a site would write it."""
    declared = yaml.safe_load(SHORT_FORM.read_text(encoding="utf-8"))
    del declared["programme"]  # stands in the levers that use it
    numbers = declared["assumptions"]
    declared["assumptions"] = {name: _in_full(name, said) for name, said in numbers.items()}
    file = tmp_path_factory.mktemp("assumptions") / "small_plant.yaml"
    file.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    return file


def _in_full(name: str, said: list | dict) -> dict:
    """Add what every number must state."""
    short = ("low", "base", "high", "unit", "favourable")
    number = dict(zip(short, said, strict=True)) if isinstance(said, list) else said
    is_certain = "low" in number and number["low"] == number["high"]
    return {
        "distribution": "fixed" if is_certain else "triangular",
        "owner": "Site finance",
        "source": "chosen for the tests",
        "as_of": "2026-01-01",
        "kind": "assumption",
        "description": name.replace("_", " "),
        **number,
    }


@pytest.fixture(scope="session")
def assumptions(assumptions_file) -> Assumptions:
    return load_run_assumptions(assumptions_file)


@pytest.fixture(scope="session")
def records_of() -> Callable[..., BusinessRecords]:
    return _records


@pytest.fixture(scope="session")
def verdicts_of() -> Callable[..., pl.DataFrame]:
    return verdict_rows


@pytest.fixture(scope="session")
def alarms_of() -> Callable[..., pl.DataFrame]:
    return alarm_rows
