"""Claims: every figure is a query whose answer, rounding and origin are on record."""

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from reports.claims import CLAIMS_DIR as FOLDER
from reports.claims import (
    ClaimError,
    _definition,
    claim_id,
    definition_of,
    definitions,
    evaluate,
    tables_read,
)


def _claim(published, full_id):
    found = evaluate(published.query).filter(pl.col("claim_id") == full_id)
    assert found.height == 1, full_id
    return found.row(0, named=True)


def test_counts_come_from_the_tables(signal_plant):
    assert _claim(signal_plant, "scope.batches")["value"] == 500
    assert _claim(signal_plant, "scope.failures[failure]")["value"] == 13
    assert _claim(signal_plant, "scope.pending[failure]")["value"] == 9
    assert _claim(signal_plant, "records.quarantined[raw.lab_results]")["value"] == 3


def test_an_interval_stands_beside_its_value(signal_plant):
    claim = _claim(signal_plant, "verdict.auc[failure/5]")
    interval = (claim["interval_low"], claim["interval_high"])
    assert (claim["value"], *interval) == pytest.approx((0.81, 0.73, 0.88))
    assert claim["value_text"] == "0.81 (0.73 to 0.88)"
    assert claim["statement"] == "AUC on later batches, failure at gate 5: 0.81 (0.73 to 0.88)."
    assert claim["basis"] == "evidence"


def test_money_is_summed_over_the_ledger(signal_plant):
    total = _claim(signal_plant, "cost.ledger_total")
    assert total["value"] == 13 * 411_000
    assert total["basis"] == "arithmetic"


def test_the_query_of_a_family_member_answers_that_member_alone(signal_plant):
    claim = _claim(signal_plant, "scope.failures[failure]")
    answer = signal_plant.query(claim["sql"])
    assert answer.height == 1
    assert answer["value"].to_list() == [13]


def test_claims_fit_their_contract(signal_plant, mix_plant):
    for published in (signal_plant, mix_plant):
        claims = evaluate(published.query)
        assert conform(claims, contract("evidence.claims")).equals(claims)
        assert claims["claim_id"].is_unique().all()


def test_claims_over_missing_tables_are_absent_not_zero(bare_plant):
    made = set(evaluate(bare_plant.query)["claim_id"])
    assert "scope.batches" in made
    assert not {name for name in made if name.startswith(("verdict", "savings", "cost"))}


def test_claims_over_empty_tables_are_absent_not_zero(mix_plant):
    made = set(evaluate(mix_plant.query)["claim_id"])
    assert "cost.ledger_total" not in made
    assert not {name for name in made if name.startswith("driver")}


def test_drivers_are_claimed_only_under_a_process_signal(signal_plant):
    signal_plant.execute("UPDATE finding.drivers SET verdict = 'no_signal'")
    assert (
        evaluate(signal_plant.query).filter(pl.col("claim_id").str.starts_with("driver")).is_empty()
    )


def test_provenance_does_not_change_claims(signal_plant):
    before = evaluate(signal_plant.query)
    signal_plant.execute("UPDATE evidence.runs SET run_id = 'another', version = '9.9'")
    assert evaluate(signal_plant.query).equals(before)


def test_inputs_hash_changes_with_the_tables_and_only_then(signal_plant):
    before = evaluate(signal_plant.query)
    signal_plant.execute("UPDATE model.verdicts SET design_effect = 9.9 WHERE gate = 1")
    after = evaluate(signal_plant.query)
    changed = before.join(after, on=["claim_id", "inputs_hash"], how="anti")["claim_id"].to_list()
    assert "verdict.auc[failure/5]" in changed
    assert "scope.batches" not in changed


def test_every_claim_reads_tables_under_contract():
    for definition in definitions().values():
        assert definition.tables, definition.claim_id
        for table in definition.tables:
            contract(table)


def test_every_statement_shows_its_value():
    for definition in definitions().values():
        assert "{value}" in definition.statement, definition.claim_id


def test_a_badly_described_claim_is_one_clear_error():
    good = {"id": "a.b", "statement": "{value}", "sql": "SELECT 1 AS value", "format": "count",
            "basis": "count"}  # fmt: skip
    file = FOLDER / "scope.yaml"
    assert _definition(good, file).claim_id == "a.b"
    for broken, message in (
        ({**good, "format": "roman"}, "format must be one of"),
        ({**good, "basis": "hope"}, "basis must be one of"),
        ({**good, "colour": "red"}, "unknown fields"),
        ({k: v for k, v in good.items() if k != "sql"}, r"lacks \['sql'\]"),
    ):
        with pytest.raises(ClaimError, match=message):
            _definition(broken, file)


def test_names():
    assert claim_id("verdict.auc", "failure/5") == "verdict.auc[failure/5]"
    assert definition_of("verdict.auc[failure/5]").claim_id == "verdict.auc"
    assert tables_read("SELECT 1 FROM core.batches JOIN model.verdicts") == {
        "core.batches",
        "model.verdicts",
    }
    assert tables_read("SELECT 1 FROM core.batches WHERE x = 'raw.batches'") == {"core.batches"}
    with pytest.raises(ClaimError, match=r"'verdict\.nothing'"):
        definition_of("verdict.nothing")
