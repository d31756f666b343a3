"""Rules without an exception, 115 of 115, end in tables that keep their contracts."""

import duckdb
import numpy as np
import polars as pl
import pytest

from assets.rules.study import run_rule_study
from assets.rules.tables import rule_tables
from benchmarks.studies.rule_plants import RulePlant, rule_inputs
from data_contracts.catalogue import contract
from data_contracts.generated.duckdb_ddl import create_table_sql
from data_contracts.quality.table_rules import counting_sql
from tests.rules.conftest import SMALL

BATCHES, INSIDE = 1_000, 115


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    """Every batch above 60 fails and no other does; each batch is a campaign of its own."""
    rng = np.random.default_rng(1)
    names = [f"speed_{i}_rpm" for i in range(6)]
    columns = {name: rng.uniform(0, 50, size=BATCHES).round(2) for name in names}
    covers = np.zeros(BATCHES, dtype=bool)
    covers[rng.choice(BATCHES, INSIDE, replace=False)] = True
    columns[names[0]][covers] = rng.uniform(60, 99, size=INSIDE).round(2)
    ids = {"batch_id": [f"B{i:04d}" for i in range(BATCHES)], "product": "P"}
    campaign = [f"C{i}" for i in range(BATCHES)]
    frame = pl.DataFrame({**ids, "campaign": campaign, **columns, "failed": covers})
    plant = RulePlant(frame, names, [], (names[0],), "", covers)
    return rule_tables(run_rule_study(rule_inputs(plant), SMALL), SMALL)


def test_an_exact_rule_is_found_confirmed_and_shown(tables: dict[str, pl.DataFrame]) -> None:
    (rule,) = tables["finding.rules"].rows(named=True)
    assert rule["text"].startswith("speed_0_rpm at least 5")
    assert (rule["status"], rule["is_shown"]) == ("confirmed", True)
    effects = {row["estimate"]: row for row in tables["finding.rule_effects"].rows(named=True)}
    whole = effects["re_estimated"]
    assert (whole["batches_inside"], whole["failures_inside"]) == (INSIDE, INSIDE)
    assert (whole["failures_outside"], whole["risk_difference"]) == (0, 1.0)
    assert 0.9 < whole["risk_difference_low"] < whole["risk_difference_high"] == 1.0


def test_its_tables_keep_their_contracts(tables: dict[str, pl.DataFrame]) -> None:
    for name, frame in tables.items():
        described = contract(name)
        with duckdb.connect() as connection:
            connection.execute(f"CREATE SCHEMA {described.schema}")
            connection.execute(create_table_sql(described))
            connection.register("given", frame)
            connection.execute(f"INSERT INTO {described.name} SELECT * FROM given")
            counts = connection.sql(counting_sql(described)).pl().row(0, named=True)
        assert frame.height
        assert not {rule: n for rule, n in counts.items() if rule.endswith("|failed") and n}
