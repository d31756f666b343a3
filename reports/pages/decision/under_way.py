"""The programme under way: whether each lever was held, whether it shows, what it brought so far.

Nothing is shown before a promise says what is held. States are read as codes; figures are claims.
"""

from typing import Any

from data_contracts.codes.money import LeverState
from reports.pages.decision.lever_words import parameter
from reports.pages.facts import Facts

# What the records say of a lever in a month, by ``economics.lever_adherence.state``.
STATES = {
    LeverState.NOT_DONE: "not done: held more than ten points less often than promised",
    LeverState.DONE_NO_EFFECT_YET: "done, no effect shown yet",
    LeverState.WORKING: "working: done, and margins or failures show it",
    LeverState.NOT_RECORDED: "not recorded: no value in the last month",
}
LATEST_MONTHS = 3

_LEVERS_SQL = """
SELECT a.lever, coalesce(d.title, a.feature) AS parameter, d.unit, a.state, a.quantity
FROM economics.lever_adherence AS a LEFT JOIN feature.dictionary AS d ON d.feature = a.feature
QUALIFY row_number() OVER (PARTITION BY a.lever ORDER BY a.month DESC) = 1 ORDER BY a.lever
"""
_MONTHS_SQL = f"""
SELECT lever, strftime(month, '%Y-%m') AS month, state,
  concat_ws('/', lever, strftime(month, '%Y-%m')) AS key
FROM economics.lever_adherence
QUALIFY dense_rank() OVER (ORDER BY month DESC) <= {LATEST_MONTHS} ORDER BY lever, month
"""
_START_SQL = "SELECT strftime(min(month), '%Y-%m') AS month FROM economics.lever_adherence"


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the templates show of a programme under way; no lever where none is followed."""
    months = facts.rows(_MONTHS_SQL)
    levers = [
        row
        | {
            "parameter": str(row["parameter"]).removesuffix(f" ({row['unit']})"),
            "spoken": parameter(row),
            "standing": STATES[row["state"]],
            "months": [month for month in months if month["lever"] == row["lever"]],
        }
        for row in facts.rows(_LEVERS_SQL)
    ]
    start = facts.rows(_START_SQL)
    return {
        "held_levers": levers,
        "held_months": sorted({month["month"] for month in months}),
        "held_since": start[0]["month"] if start else None,
    }
