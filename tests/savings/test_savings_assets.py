"""The assets: every economics table is made, fits its contract, and holds no unexplained zero."""

from types import SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.run_settings import RunSettings
from assets.savings import defs
from data_contracts.catalogue import contract, contract_names
from data_contracts.errors import AssumptionError
from data_contracts.generated.polars_schema import conform, empty


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


def _materialised(records, assumptions_file=None, choice=None) -> dict[str, pl.DataFrame]:
    from pathlib import Path

    memory = _Memory(
        {
            "core.batches": records.batches,
            "core.outcomes": records.outcomes,
            "core.outcome_definitions": records.outcome_definitions,
            "model.verdicts": records.verdicts,
            "model.alarm_counts": records.alarm_counts,
        }
    )
    for name in (
        "model.predictions",
        "finding.replacement_intervals",
        "core.outcome_margins",
        "feature.gate_values",
        "feature.dictionary",
        "finding.drivers",
        "evidence.withheld_features",
    ):
        memory.tables[name] = empty(contract(name))
    profile: Any = SimpleNamespace(
        name="plant", assumptions=choice, file=Path("profiles/plant.yaml")
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


@pytest.fixture(scope="module")
def tables(records_of, assumptions_file) -> dict[str, pl.DataFrame]:
    return _materialised(records_of(), assumptions_file)


def test_every_economics_table_is_made(tables):
    made = {name for name in tables if name.startswith("economics.")}
    assert made == set(contract_names("economics"))
    # No driver is named here, so no parameter is held and there is nothing to control for; none is
    # recorded, so there is no suspect either.
    of_windows = {f"economics.{name}" for name in ("window_effects", "negative_controls")}
    of_windows.add("economics.savings_upper_bounds")
    # Nothing is promised yet, so nothing is followed.
    of_a_promise = {f"economics.{name}" for name in ("lever_adherence", "benefit_ledger")}
    assert {name for name in made if tables[name].is_empty()} == of_windows | of_a_promise
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
