"""A night tells what is new and takes the rest from what it told: to the last digit the same."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.process_verification.kept import code_version, kept_results
from assets.process_verification.verification import TABLES
from benchmarks.studies.verified_nights import night, planned, plant, shaped, texts, up_to
from benchmarks.verification_night import night_cost
from data_contracts.verification_plan.entries import PlannedChange, PlannedChart, VerificationPlan
from warehouse.kept_results import KeptResults
from warehouse.paths import Home
from warehouse.store import Warehouse

BATCHES = 260
WHOLE = plant(6, BATCHES, 3)


def plan_with(*changes, alarms=1.0, baseline=50, rebaselines=True):
    """The plant's own plan of every quantity."""
    charts = tuple(
        PlannedChart(
            "parameter", f"q{at:03}", 4, "auto", baseline, 1.0, is_critical=False, reason=None,
            frequency="every batch", responsible=None, low=None, high=None,
        )
        for at in range(6)
    )  # fmt: skip
    return VerificationPlan(
        "P", "QA", None, None, alarms, rebaselines, charts, tuple(changes), Path("plan.yaml")
    )


def with_value(tables, batch, quantity, value, known=None):
    """A result corrected, or delivered late."""
    at = (pl.col("batch_id") == batch) & (pl.col("parameter") == quantity)
    changed = tables["parameters"].with_columns(
        value=pl.when(at).then(pl.lit(value)).otherwise("value"),
        recorded_at=pl.when(at & pl.lit(known is not None))
        .then(pl.lit(known, pl.Datetime("us")))
        .otherwise("recorded_at"),
    )
    return tables | {"parameters": changed}


def without(tables, batch, quantity):
    """A result that has not come yet."""
    gone = (pl.col("batch_id") == batch) & (pl.col("parameter") == quantity)
    return tables | {"parameters": tables["parameters"].filter(~gone)}


def with_event(tables, row):
    """An event filed late."""
    return tables | {"equipment_events": pl.concat([tables["equipment_events"], row])}


def results_file(home):
    """Where a night keeps what it told."""
    (found,) = home.rglob("results.json")
    return found


def test_nights_of_every_kind_equal_a_computation_from_nothing(tmp_path):
    """New batches, a corrected result, late data, events filed late, a plan, new limits."""
    rng = np.random.default_rng(25)
    home, kept = tmp_path / "home", []
    plans: tuple[VerificationPlan, ...] = ()
    edits: list[Callable[..., dict[str, pl.DataFrame]]] = []

    def known(count):
        tables = up_to(WHOLE, count)
        for edit in edits:
            tables = edit(tables)
        return tables

    late_at = WHOLE["batches"]["started_at"][215]
    change = PlannedChange("B00120", "new screen", "QA", date(2022, 1, 1), ("q001",))
    count = 200
    for step in range(14):
        count += int(rng.integers(1, 3))
        batch, quantity = f"B{int(rng.integers(0, 190)):05}", f"q{int(rng.integers(0, 6)):03}"
        if step in (2, 7, 11):
            value = float(rng.normal(100, 6))
            edits.append(partial(with_value, batch=batch, quantity=quantity, value=value))
        if step == 3:
            edits.append(partial(without, batch="B00150", quantity="q002"))
        if step == 5:
            late = {"batch": "B00150", "quantity": "q002", "value": 111.0, "known": late_at}
            edits[-1] = partial(with_value, **late)
        if step == 6:
            filed = {"equipment_id": "unit_1.1", "event": "repair"}
            filed |= {"occurred_at": WHOLE["batches"]["started_at"][90] + timedelta(hours=2)}
            row = shaped("core.equipment_events", pl.DataFrame([filed]))
            edits.append(partial(with_event, row=row))
        plans = {8: (plan_with(),), 9: (plan_with(alarms=3.0, baseline=30),)}.get(step, plans)
        plans = {10: (plan_with(change),), 12: (plan_with(change, rebaselines=False),)}.get(
            step, plans
        )
        tables = planned(known(count), plans)
        found = night(tables, home, plans)
        assert texts(found) == texts(night(tables, tmp_path / f"new{step}", plans)), step
        kept.append(found)
    assert all(each["finding.chart_signals"].height for each in kept)
    assert any(each["finding.chart_limits"]["version"].max() > 1 for each in kept)
    reasons = kept[-1]["finding.chart_limits"]["reason"]
    assert reasons.str.contains("new screen").any()


def test_what_is_kept_is_what_was_asked_for_last(tmp_path):
    """A night asks again for what it told; what no night asks for any more goes."""
    home = tmp_path / "home"
    first, second = planned(up_to(WHOLE, 258)), planned(up_to(WHOLE, 259))
    night(first, home)
    size = len(results_file(home).read_bytes().splitlines())
    night(second, home)
    assert abs(len(results_file(home).read_bytes().splitlines()) - size) < 10
    again = kept_results(Warehouse(Home(home), "plant"))
    assert again.computed == 0
    stamp = results_file(home).stat().st_mtime_ns
    night(second, home)
    assert results_file(home).stat().st_mtime_ns == stamp  # nothing new, nothing written


def test_a_night_tells_little_anew(tmp_path, monkeypatch):
    """Of what is kept a new batch touches the present and the year that goes on, no more."""
    made = []
    save = KeptResults.save

    def saved(own):
        made.append(own.computed)
        save(own)

    monkeypatch.setattr(KeptResults, "save", saved)
    for count in (258, 259):
        night(planned(up_to(WHOLE, count)), tmp_path)
    assert made[1] <= 2 * 6 + 2 < made[0]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "foreign", "gone"])
def test_a_spoilt_file_costs_a_computation_and_changes_nothing(tmp_path, damage):
    tables = planned(up_to(WHOLE, 230))
    right = texts(night(tables, tmp_path / "home"))
    file = results_file(tmp_path / "home")
    held = file.read_bytes()
    if damage == "foreign":
        other = plant(6, 230, 4)
        night(planned(other), tmp_path / "other")
        held = results_file(tmp_path / "other").read_bytes()
    middle = len(held) // 2
    spoilt = {
        "cut": held[:middle],
        "flipped": held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1 :],
        "empty": b"",
        "text": "nichts für ungut\n".encode("latin-1"),
        "foreign": held,
    }
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(spoilt[damage])
    assert texts(night(tables, tmp_path / "home")) == right
    said, _, body = file.read_bytes().partition(b"\n")
    assert said.decode() == sha256(body).hexdigest()


def test_results_of_other_code_are_not_taken(tmp_path):
    file = tmp_path / "results.json"
    for version, told in (("one", 1), ("two", 2), ("one", 1)):
        results = KeptResults(file, version)
        assert results.of("capability", np.arange(3.0), None, make=partial(int, told)) == told
        results.save()
    assert len(code_version()) == 64


def test_arrays_of_other_types_shapes_and_places_are_other_inputs(tmp_path):
    results = KeptResults(tmp_path / "results.json", "one")
    seen = [
        ("a", np.zeros(4)),
        ("a", np.zeros(4, np.int64)),
        ("a", np.zeros((2, 2))),
        ("a", np.zeros(2), np.zeros(2)),
        ("a", "0", np.zeros(4)),
        ("a", 0, np.zeros(4)),
        ("a", False, np.zeros(4)),
        ("a", None, np.zeros(4)),
        ("a", np.full(4, -0.0)),
    ]
    found = [results.of(*parts, make=partial(int, at)) for at, parts in enumerate(seen)]
    assert found == list(range(len(seen)))
    with pytest.raises(TypeError, match="objects"):
        results.of(np.array(["a", None], dtype=object), make=lambda: 1)


def test_every_number_comes_back_as_it_went(tmp_path):
    said = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), 7, True, None, "µ\n x"]
    for _ in range(2):
        results = KeptResults(tmp_path / "results.json", "one")
        found = results.of("numbers", make=lambda: said)
        results.save()
        assert repr(found) == repr(said)
    assert results.computed == 0


def test_the_asset_hands_over_every_table(tmp_path):
    assert set(night(planned(up_to(WHOLE, 120)), tmp_path)) == set(TABLES)


def test_a_night_costs_less_than_half_of_everything(tmp_path):
    """At a tenth of the size asked for, where what does not grow weighs most."""
    night_cost(4, 200, 1, tmp_path / "warm", nights=1)  # compiles and imports
    cost = night_cost(60, 1_000, 1, tmp_path / "plant")
    print(f"from nothing {cost.whole:.2f} s, a night {cost.night:.2f} s of processor time")
    assert cost.is_same
    assert cost.night < 0.5 * cost.whole
