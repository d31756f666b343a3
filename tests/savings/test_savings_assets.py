"""The assets: every economics table is made, fits its contract, and holds no unexplained zero."""

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.run_settings import RunSettings
from assets.savings import defs
from data_contracts.assumptions import load_run_assumptions
from data_contracts.catalogue import contract, contract_names
from data_contracts.errors import AssumptionError
from data_contracts.generated.polars_schema import conform, empty
from data_contracts.tables import table
from tests.savings.recorded_books import rows
from tests.savings.recorded_books import standard as standard_cost


class _Memory(dg.IOManager):
    """Keeps tables by name, conformed to their contracts as the warehouse would."""

    def __init__(self, tables: dict[str, pl.DataFrame]) -> None:
        self.tables = tables

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        name = ".".join(context.asset_key.path)
        self.tables[name] = conform(obj, contract(name))

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        return self.tables[".".join(context.asset_key.path)]


class _Asked:
    """Answers for the tables a step asks the warehouse for."""

    def __init__(self, memory: _Memory) -> None:
        self._tables = memory.tables

    def exists(self, table: str) -> bool:
        return table in self._tables

    def read(self, table: str) -> pl.DataFrame:
        return self._tables[table]


def _materialised(
    records, assumptions_file=None, choice=None, **recorded: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    from pathlib import Path

    memory = _Memory(
        {
            # As the warehouse hands it over: every column of the contract is there.
            "core.batches": pl.concat(
                [empty(contract("core.batches")), records.batches], how="diagonal_relaxed"
            ),
            "core.outcomes": records.outcomes,
            "core.outcome_definitions": records.outcome_definitions,
            "model.verdicts": records.verdicts,
            "model.alarm_counts": records.alarm_counts,
        }
    )
    for name in (
        "core.phases",
        "core.standard_costs",
        "core.write_offs",
        "core.deviations",
        "core.lab_results",
        "core.inspections",
        "model.predictions",
        "model.model_standing",
        "finding.replacement_intervals",
        "core.outcome_margins",
        "feature.gate_values",
        "feature.dictionary",
        "finding.drivers",
        "evidence.withheld_features",
    ):
        memory.tables[name] = empty(contract(name))
    memory.tables["evidence.lever_standing"] = _shown(records, assumptions_file, choice)
    memory.tables |= {f"core.{name}": frame for name, frame in recorded.items()}
    profile: Any = SimpleNamespace(
        name="plant", assumptions=choice, file=Path("profiles/plant.yaml"), failure_modes={}
    )
    settings = RunSettings(
        profile, Path("data"), "plant", assumptions_file, None, is_quick=True, seed=1, run_id="run"
    )
    made: list[Any] = list(dg.load_assets_from_modules([defs]))
    sources: list[Any] = [
        *(each for each in made if each.keys != defs.what_changed.keys),
        *(
            dg.AssetSpec(name.split(".")).with_io_manager_key("warehouse_io")
            for name in memory.tables
        ),
    ]
    done = dg.materialize(
        sources,
        resources={"warehouse_io": memory, "run_settings": settings, "warehouse": _Asked(memory)},
        instance=dg.DagsterInstance.ephemeral(),
    )
    assert done.success
    return memory.tables


def _shown(records, assumptions_file, choice) -> pl.DataFrame:
    """Every lever has the evidence of its tier."""
    try:
        levers = load_run_assumptions(assumptions_file, choice).levers
    except AssumptionError:
        return empty(contract("evidence.lever_standing"))
    said = {"tier": "tier_1", "challenge": "panel", "standing": "shown", "reason": "All met."}
    return table(
        "evidence.lever_standing",
        [
            {"lever": f"{lever.name}.{outcome}", **said}
            for lever in levers
            for outcome in records.outcome_definitions["outcome"]
        ],
    )


@pytest.fixture(scope="module")
def tables(records_of, assumptions_file) -> dict[str, pl.DataFrame]:
    return _materialised(records_of(), assumptions_file)


def test_every_economics_table_is_made(tables):
    made = {name for name in tables if name.startswith("economics.")}
    assert made == set(contract_names("economics"))
    # No driver is named here, so no parameter is held and there is nothing to control for; none is
    # recorded, so there is no suspect either; no cost and no event is on record.
    of_windows = {f"economics.{name}" for name in ("window_effects", "negative_controls")}
    of_costs = {"economics.recorded_prices", "economics.quality_costs"}
    # Nothing is promised yet, so nothing is followed.
    of_a_promise = {f"economics.{name}" for name in ("lever_adherence", "benefit_ledger")}
    left = of_windows | of_costs | of_a_promise | {"economics.savings_upper_bounds"}
    assert {name for name in made if tables[name].is_empty()} == left
    assert tables["finding.window_studies"].is_empty()


def test_rules_of_the_contracts_hold(tables):
    for name in contract_names("economics"):
        for rule in contract(name).rules:
            holds = tables[name].select(pl.sql_expr(rule.expression).alias("holds"))["holds"]
            assert holds.all(), (name, rule.name)


def test_a_programme_under_way_is_followed_and_booked(records_of, assumptions_file, tmp_path):
    """Twelve of 400 batches failed, all before the start; nobody recorded the parameter."""
    file = tmp_path / "promised.yaml"
    promise = """
promise: {started_on: 2025-01-01, failure_prob_before: 0.03, failure_prob_promised: 0.01,
  owner: Head of production, held: [{lever: window.failure, feature: moisture_pct, high: 2.5,
  adherence: 0.9}]}
"""
    file.write_text(assumptions_file.read_text(encoding="utf-8") + promise, encoding="utf-8")
    made = _materialised(records_of(), file)
    followed, booked = (made[f"economics.{n}"] for n in ("lever_adherence", "benefit_ledger"))
    assert followed["state"].to_list() == ["not_recorded"] * 12
    assert booked["batch_id"].n_unique() == booked.height == 199
    assert booked["expected_failures_avoided"].sum() == 0  # whether it was held is not known
    assert booked["failures"].sum() == 0
    test_rules_of_the_contracts_hold(made)


def test_a_set_that_cannot_price_a_run_is_refused(records_of):
    with pytest.raises(AssumptionError, match="cannot price a run; it lacks discount_rate"):
        _materialised(records_of(), choice="sterile_injectable")
    with pytest.raises(AssumptionError, match=r"profiles/plant_costs\.yaml"):
        _materialised(records_of(), choice="plant_costs.yaml")


def test_costs_on_record_reach_every_table_that_prices(records_of):
    """Twelve batches of one product failed: material 90,000 and crew 24,000 each, by standard."""
    stages = ((1, 60000, 70000), (3, 30000, 44000), (7, 500, 500))  # it fails at stage 6
    standard = rows("core.standard_costs", *(standard_cost("P", *stage) for stage in stages))
    made = _materialised(records_of(), Path("tablets"), standard_costs=standard)
    priced = {row["name"]: row for row in made["economics.assumptions"].iter_rows(named=True)}
    material = priced["direct_material_usd_per_batch"]
    assert (material["low"], material["base"], material["high"]) == (90000, 90000, 90000)
    assert (material["origin"], material["distribution"]) == ("records", "fixed")
    assert priced["suite_usd_per_day"]["base"] == 6000  # over the 4 days of the base
    assert priced["sunk_cost_share_gate_2"]["base"] == pytest.approx(2 / 3)
    ledger = made["economics.copq_ledger"]
    of_basis = ledger.group_by("cost_basis").agg(pl.col("amount_usd").sum()).sort("cost_basis")
    # Of 270,000 by the shipped set, 200,000 of material and 32,000 of crew are on record instead.
    assert [(basis, float(usd)) for basis, usd in of_basis.iter_rows()] == [
        ("placeholder", 12 * 38000.0),
        ("standard_cost", 12 * 114000.0),
    ]
    rate = dict(made["economics.rate_arithmetic"].select("figure", "base").iter_rows())
    assert rate["failure_cost_usd_per_batch"] == 152000
    each = ledger.group_by("batch_id").agg(pl.col("amount_usd").sum())["amount_usd"]
    assert set(each.to_list()) == {Decimal("152000.00")}
    assert made["economics.price_standing"]["own_numbers"].item() == 10
    answers = made["economics.controller_answers"]
    (owners,) = answers.filter(question="Who owns the assumptions?")["answer"]
    assert owners.startswith("Counted from the records of this run: 10;")
