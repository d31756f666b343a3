"""Failures that share a lot, a campaign, an episode or a deviation are counted as such."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assets.failure_models.dataset.failure_dependence import failure_dependence
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import polars_schema

START = datetime.fromisoformat("2022-01-03")
BATCHES = [f"B{i:03d}" for i in range(120)]
# Twelve failures: one whole lot of six, and six spread out.
FAILED = {*BATCHES[30:36], *BATCHES[60::10]}


def frame(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(contract(name)), orient="row")


def counted(defining_events: str | None = None) -> dict[str, dict[str, object]]:
    at = {batch: START + timedelta(days=i) for i, batch in enumerate(BATCHES)}
    rows = failure_dependence(
        frame(
            "core.batches",
            [{"batch_id": b, "campaign_id": f"C{i // 4}"} for i, b in enumerate(BATCHES)],
        ),
        frame(
            "core.outcomes",
            [{"batch_id": b, "outcome": "failure", "is_failure": b in FAILED} for b in BATCHES],
        ),
        frame(
            "core.material_usage",
            [
                {
                    "batch_id": b,
                    "material": "api",
                    "supplier": "S",
                    "lot": f"L{i // 6}",
                    "quantity": q,
                }
                for i, b in enumerate(BATCHES)
                for q in (1.0,)
            ],
        ),
        frame(
            "core.phases",
            [
                {
                    "batch_id": b,
                    "unit_procedure": "compression",
                    "equipment_id": "P1",
                    "started_at": at[b],
                }
                for b in BATCHES
            ],
        ),
        frame(
            "core.equipment_events",
            [
                {
                    "equipment_id": "P1",
                    "event": "maintenance",
                    "occurred_at": START + timedelta(days=d),
                }
                for d in (30, 36, 90)
            ],
        ),
        frame(
            "core.deviations",
            [
                {
                    "deviation_id": f"{category}-{b}",
                    "batch_id": b,
                    "equipment_id": "P1",
                    "category": category,
                    "stage": stage,
                    "opened_at": at[b] + timedelta(days=days),
                }
                for category, stage, days, own in (
                    ("alarm", 4, 0, BATCHES[30:36]),
                    ("out_of_specification", 6, 9, sorted(FAILED)),
                    # Written up late against an earlier stage: still opened because it had failed.
                    ("investigation", 4, 9, sorted(FAILED)),
                )
                for b in own
            ],
        ),
        frame(
            "core.outcome_definitions",
            [{"outcome": "failure", "last_gate_before": 5, "defining_events": defining_events}],
        ),
        frame(
            "feature.batch_gates",
            [
                {"batch_id": b, "gate": gate, "gate_at": at[b] + timedelta(days=gate)}
                for b in BATCHES
                for gate in (5, 6)
            ],
        ),
        frame("core.lineages", []),
    )
    return {str(row["shared"]): row for row in rows.iter_rows(named=True)}


def test_what_is_shared_is_counted() -> None:
    found = counted()
    assert set(found) == {"lot", "campaign", "equipment_episode", "deviation"}
    lot = found["lot"]
    assert (lot["groups"], lot["failures"], lot["most_in_one_group"]) == (20, 12, 6)
    assert lot["groups_with_failures"] == 7
    assert lot["failures_effective"] == pytest.approx(12 / lot["design_effect"])
    assert lot["design_effect"] > 3
    episode = found["equipment_episode"]
    assert (episode["groups"], episode["most_in_one_group"]) == (4, 6)
    assert found["deviation"]["most_in_one_group"] == 6
    assert found["campaign"]["design_effect"] < lot["design_effect"]


def test_what_was_opened_because_a_batch_had_failed_ties_nothing() -> None:
    """All twelve failures have the same deviation on their result; six share one from before it."""
    deviation = counted()["deviation"]
    assert deviation["most_in_one_group"] == 6
    assert deviation["groups_with_failures"] == 7


def test_a_deviation_that_is_the_failure_ties_no_failures() -> None:
    """Declared to be the failure, the alarm that six share no longer makes a group of them."""
    assert "deviation" not in counted("deviation.alarm")


def test_nothing_recorded_is_nothing_counted() -> None:
    names = ("batches", "outcomes", "material_usage", "phases", "equipment_events", "deviations")
    nothing = [frame(f"core.{name}", []) for name in (*names, "outcome_definitions")]
    nothing += [frame("feature.batch_gates", []), frame("core.lineages", [])]
    assert failure_dependence(*nothing).is_empty()
