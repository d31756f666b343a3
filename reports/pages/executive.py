"""What the executive part shows: the answer, the cost, the scenarios, the assumptions."""

from dataclasses import dataclass
from typing import Any

from reports.pages.facts import Facts

SCENARIOS = ("conservative", "base", "optimistic")
# The measures an executive reads first, in this order; any other measure follows by name.
MEASURE_ORDER = (
    "baseline_failures_per_year",
    "baseline_loss_usd_per_year",
    "prevented_failures_per_year",
    "annual_savings_usd",
    "implementation_cost_usd",
    "run_cost_usd_per_year",
    "npv_usd",
    "payback_months",
    "npv_positive_prob",
)

_OUTCOMES_SQL = """
SELECT d.outcome, d.title, d.is_proxy, d.rule, d.first_known_stage, d.last_gate_before,
  v.gate, v.verdict, concat_ws('/', v.outcome, v.gate) AS key
FROM core.outcome_definitions AS d
LEFT JOIN model.verdicts AS v ON v.outcome = d.outcome AND v.is_primary_gate
ORDER BY d.outcome <> 'failure', v.verdict IS DISTINCT FROM 'process_signal', d.outcome
"""
_RUN_SQL = "SELECT * FROM evidence.runs LIMIT 1"
_MEASURES_SQL = "SELECT DISTINCT measure FROM economics.scenarios WHERE lever = 'all'"
_NOTES_SQL = """
SELECT DISTINCT note FROM economics.scenarios
WHERE note IS NOT NULL AND note <> '' ORDER BY note
"""
_LEVERS_SQL = "SELECT * FROM economics.levers ORDER BY basis = 'refused', gate, lever"
_BEST_GATES_SQL = """
SELECT outcome, gate FROM economics.value_by_gate WHERE net_usd_p50 IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY outcome ORDER BY net_usd_p50 DESC, gate) = 1
"""
_ASSUMPTIONS_SQL = """
SELECT name, unit, owner, source, as_of, kind, description
FROM economics.assumptions ORDER BY kind, name
"""
_EMPTY_STAGES_SQL = """
SELECT s.stage FROM range(1, 8) AS s(stage)
WHERE s.stage NOT IN (SELECT stage FROM feature.dictionary WHERE stage IS NOT NULL)
ORDER BY s.stage
"""
_MODES_SQL = """
SELECT DISTINCT coalesce(failure_mode, 'unknown') AS mode FROM economics.copq_ledger ORDER BY 1
"""


@dataclass(frozen=True)
class Answer:
    """The one sentence.

    Attributes:
        kind: ``worth`` (signal and savings), ``not_worth`` (signal, savings not above zero),
            ``unpriced`` (signal, no savings computed), ``none`` (no signal), ``unknown`` (no
            verdict at all).
        outcome: The outcome it is about, or None.
        gate: The gate at which acting is worth most, else the last gate before the result.
    """

    kind: str
    outcome: dict[str, Any] | None
    gate: int | None

    @property
    def is_signal(self) -> bool:
        """Whether the records hold a process signal."""
        return self.kind in ("worth", "not_worth", "unpriced")


def outcomes(facts: Facts) -> list[dict[str, Any]]:
    """Return the outcomes with their verdict at the last gate before the result.

    The plant's own failure comes first, then outcomes with a signal, then the rest by name.
    """
    return facts.rows(_OUTCOMES_SQL)


def answer(facts: Facts) -> Answer:
    """Decide which sentence the report opens with."""
    found = outcomes(facts)
    judged = [outcome for outcome in found if outcome["verdict"] is not None]
    signals = [outcome for outcome in judged if outcome["verdict"] == "process_signal"]
    if not judged:
        return Answer("unknown", found[0] if found else None, None)
    if not signals:
        return Answer("none", judged[0], judged[0]["gate"])
    leading = signals[0]
    best = {row["outcome"]: row["gate"] for row in facts.rows(_BEST_GATES_SQL)}
    gate = best.get(leading["outcome"], leading["gate"])
    savings = facts.value("savings.measure", "base/annual_savings_usd")
    if savings is None:
        return Answer("unpriced", leading, gate)
    return Answer("worth" if savings > 0 else "not_worth", leading, gate)


def measures(facts: Facts) -> list[str]:
    """Return the measures of the joint scenarios, the usual ones first."""
    present = {row["measure"] for row in facts.rows(_MEASURES_SQL)}
    usual = [measure for measure in MEASURE_ORDER if measure in present]
    return usual + sorted(present - set(usual))


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the executive template shows."""
    runs = facts.rows(_RUN_SQL)
    return {
        "run": runs[0] if runs else {},
        "answer": answer(facts),
        "outcomes": outcomes(facts),
        "scenarios": SCENARIOS,
        "measures": measures(facts),
        "scenario_notes": [row["note"] for row in facts.rows(_NOTES_SQL)],
        "levers": facts.rows(_LEVERS_SQL),
        "best_gates": {row["outcome"]: row["gate"] for row in facts.rows(_BEST_GATES_SQL)},
        "assumptions": facts.rows(_ASSUMPTIONS_SQL),
        "empty_stages": [row["stage"] for row in facts.rows(_EMPTY_STAGES_SQL)],
        "modes": [row["mode"] for row in facts.rows(_MODES_SQL)],
    }
