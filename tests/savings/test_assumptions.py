"""The table of assumptions: every number of the set, as declared."""

from assets.savings.uncertainty.assumptions import assumptions as assumptions_table


def test_assumptions_are_the_set_number_by_number(assumptions):
    rows = {row["name"]: row for row in assumptions_table(assumptions).iter_rows(named=True)}
    assert rows.keys() == assumptions.parameters.keys()
    suite = rows["suite_usd_per_day"]
    assert (suite["low"], suite["base"], suite["high"]) == (5_000, 8_000, 12_000)
    assert (suite["unit"], suite["owner"], suite["kind"]) == (
        "USD/day",
        "Site finance",
        "assumption",
    )
    assert rows["sunk_cost_share_gate_7"]["low"] == 1
