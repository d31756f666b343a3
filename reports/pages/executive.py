"""What the executive part shows: the answer, the cost, the scenarios, the assumptions."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from data_contracts.codes.money import Scenario
from data_contracts.codes.records import Verdict
from reports.pages.facts import Facts
from reports.wording import SIMULATED_SOURCES, VERDICT_MEANINGS

SCENARIOS = (Scenario.CONSERVATIVE, Scenario.BASE, Scenario.OPTIMISTIC)
# The measures an executive reads first, in this order; any other measure follows by name.
MEASURE_ORDER = (
    "baseline_failures_per_year",
    "baseline_loss_usd_per_year",
    "baseline_avoidable_loss_usd_per_year",
    "prevented_failures_per_year",
    "annual_savings_usd",
    "annual_programme_cost_usd",
    "annual_net_savings_usd",
    "first_year_net_savings_usd",
    "annual_allocated_cost_freed_usd",
    "implementation_cost_usd",
    "npv_usd",
    "npv_positive_prob",
    "break_even_effect_share",
    "irr",
    "payback_months",
    "never_pays_back_share",
)
PROXY_SUFFIX = " (proxy)"
NET_SAVINGS, NPV = "base/annual_net_savings_usd", "base/npv_usd"

_OUTCOMES_SQL = """
SELECT d.outcome, d.title, d.is_proxy, d.rule, d.first_known_stage, d.last_gate_before,
  d.severity, d.severity = 'lost' AS loses_batch,
  v.gate, v.verdict, v.route, concat_ws('/', v.outcome, v.gate) AS key
FROM core.outcome_definitions AS d
LEFT JOIN model.verdicts AS v ON v.outcome = d.outcome AND v.is_primary_gate
ORDER BY d.outcome <> 'failure', min(d.severity_rank) OVER (PARTITION BY d.severity),
  v.verdict IS DISTINCT FROM 'process_signal', d.outcome
"""
_RUN_SQL = "SELECT * FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
_MEASURES_SQL = """
SELECT DISTINCT measure FROM economics.scenarios
WHERE lever = 'all' AND basis <> 'refused' AND p50 IS NOT NULL
  AND NOT (measure LIKE 'baseline_%' AND p90 = 0)
ORDER BY measure
"""
_NOTES_SQL = """
SELECT DISTINCT
  rtrim(if(v.reason IS NULL, s.note, left(s.note, length(s.note) - length(v.reason)))) AS note
FROM economics.scenarios AS s LEFT JOIN economics.levers AS v
  ON s.basis = 'refused' AND v.judged_verdict IS NOT NULL AND ends_with(s.note, v.reason)
WHERE s.lever = 'all' AND s.note IS NOT NULL AND s.note <> '' ORDER BY note
"""
_LEVERS_SQL = """
SELECT * FROM economics.levers WHERE refusal_code IS DISTINCT FROM 'counted_elsewhere'
ORDER BY NOT is_in_programme, basis = 'refused', gate, lever
"""
_CARRIED_OUT_SQL = """
SELECT l.outcome, l.gate, l.basis, l.lever, l.title
FROM economics.levers AS l
LEFT JOIN economics.scenarios AS s
  ON s.lever = l.lever AND s.scenario = 'base' AND s.measure = 'annual_savings_usd'
WHERE l.is_in_programme AND l.outcome IS NOT NULL AND l.gate IS NOT NULL
ORDER BY s.p50 DESC NULLS LAST, l.lever
"""
_BEST_GATES_SQL = """
SELECT outcome, gate FROM economics.value_by_gate WHERE net_usd_p50 > 0 AND gate < 7
QUALIFY row_number() OVER (PARTITION BY outcome ORDER BY net_usd_p50 DESC, gate) = 1
"""
_ASSUMPTIONS_SQL = """
SELECT name, unit, owner, source, as_of, kind, description, origin, stated_in
FROM economics.assumptions ORDER BY kind DESC, name
"""
_QUESTIONS_SQL = "SELECT question FROM economics.controller_answers ORDER BY position, question"
_QUALITY_COSTS_SQL = """
SELECT category, paf, counted, cost_basis FROM economics.quality_costs
ORDER BY paf, base_usd_per_year DESC, category
"""
_OPEN_QUESTIONS_SQL = """
SELECT outcome, title, concat_ws('/', outcome, feature) AS key
FROM evidence.leak_questions WHERE NOT is_answered ORDER BY outcome, feature
"""
_LEAK_ANSWERS_SQL = """
SELECT outcome, title, concat_ws('/', outcome, feature) AS key
FROM evidence.leak_questions WHERE is_answered ORDER BY outcome, feature
"""
_EMPTY_STAGES_SQL = """
SELECT s.stage FROM range(1, 8) AS s(stage)
WHERE s.stage NOT IN (SELECT stage FROM feature.dictionary WHERE stage IS NOT NULL)
  AND s.stage <= (SELECT coalesce(max(last_gate_before), 7) FROM core.outcome_definitions)
ORDER BY s.stage
"""
_MODES_SQL = """
SELECT DISTINCT coalesce(failure_mode, 'unknown') AS mode FROM economics.copq_ledger ORDER BY 1
"""


@dataclass(frozen=True)
class Answer:
    """The one sentence.

    Attributes:
        kind: ``worth`` (signal, and net savings and net present value above zero at P50),
            ``not_worth`` (signal, one of them not), ``unpriced`` (signal, no savings claimed),
            ``none`` (no signal), ``unknown`` (no verdict at all).
        outcome: The outcome it is about, or None.
        gates: The gates at which levers act; the last gate before the result without levers.
        has_failures: Whether a batch is on record as lost; without one nothing is priced.
        is_arithmetic: Whether the savings are arithmetic on a proxy instead of evidence.
        has_kept_failures: Whether a failure is on record by which no batch is lost.
    """

    kind: str
    outcome: dict[str, Any] | None
    gates: tuple[int, ...] = ()
    is_arithmetic: bool = False
    has_failures: bool = True
    has_kept_failures: bool = False

    @property
    def loses_batch(self) -> bool:
        """Whether a batch is lost by the outcome it is about; what merely happens has no price."""
        return self.outcome is None or bool(self.outcome["loses_batch"])

    @property
    def none_lost(self) -> str:
        """What is said where no batch is on record as lost, to begin a sentence with."""
        return (
            "No batch on record was lost" if self.has_kept_failures else "No failure is on record"
        )

    @property
    def nothing_found(self) -> str:
        """What the verdict means where there is no signal, in a sentence."""
        verdict = None if self.outcome is None else self.outcome.get("verdict")
        return VERDICT_MEANINGS.get(str(verdict), "These records do not support a verdict.")

    @property
    def is_signal(self) -> bool:
        """Whether the records hold a process signal."""
        return self.kind in ("worth", "not_worth", "unpriced")

    @property
    def is_priced(self) -> bool:
        """Whether savings are claimed, be they above zero or not."""
        return self.kind in ("worth", "not_worth")


def outcomes(facts: Facts) -> list[dict[str, Any]]:
    """Return the outcomes with their verdict at the last gate before the result.

    The plant's own failure comes first, then the rest, the most severe first; of equally severe
    ones those with a signal, then by name.
    """
    found = facts.rows(_OUTCOMES_SQL)
    for outcome in found:
        # A proxy is marked as one wherever its name stands; once is enough.
        outcome["title"] = outcome["title"].removesuffix(PROXY_SUFFIX)
    return found


def answer(facts: Facts) -> Answer:
    """Decide which sentence the report opens with."""
    found = outcomes(facts)
    losing = [outcome for outcome in found if outcome["loses_batch"]]
    kept = [outcome for outcome in found if not outcome["loses_batch"]]
    said = partial(
        Answer,
        has_failures=_has_failures(facts, losing) if losing or not kept else False,
        has_kept_failures=bool(kept) and _has_failures(facts, kept),
    )
    judged = [outcome for outcome in found if outcome["verdict"] is not None]
    signals = [outcome for outcome in judged if outcome["verdict"] == Verdict.PROCESS_SIGNAL]
    if not judged:
        return said("unknown", found[0] if found else None)
    levers = facts.rows(_CARRIED_OUT_SQL)
    by_name = {outcome["outcome"]: outcome for outcome in found}
    led = by_name.get(levers[0]["outcome"]) if levers else None
    if not signals and led is None:
        return said("none", judged[0])
    leading = led or signals[0]
    net, npv = (facts.value("savings.measure", measure) for measure in (NET_SAVINGS, NPV))
    if led is None or net is None:
        return said("unpriced", leading, (leading["gate"],))
    return said(
        "worth" if net > 0 and npv is not None and npv > 0 else "not_worth",
        leading,
        tuple(sorted({lever["gate"] for lever in levers})),
        is_arithmetic=all(lever["basis"] == "arithmetic" for lever in levers),
    )


def _has_failures(facts: Facts, found: list[dict[str, Any]]) -> bool:
    """Tell whether a batch failed by one of some outcomes, or whether that is not known."""
    failed = [facts.value("scope.failures", outcome["outcome"]) for outcome in found]
    return not failed or any(number is None or number > 0 for number in failed)


def _in_order(found: list[str], usual: tuple[str, ...]) -> list[str]:
    return [name for name in usual if name in found] + [name for name in found if name not in usual]


def measures(facts: Facts) -> list[str]:
    """Return the measures of the joint scenarios, the usual ones first."""
    return _in_order([row["measure"] for row in facts.rows(_MEASURES_SQL)], MEASURE_ORDER)


def _notes(facts: Facts) -> list[str]:
    """Return the scenarios' notes, without those another one already contains.

    Why a verdict is as it is stands with the verdicts, not here once more.
    """
    notes = [row["note"] for row in facts.rows(_NOTES_SQL)]
    return [note for note in notes if not any(note in other for other in notes if other != note)]


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the executive template shows."""
    runs = facts.rows(_RUN_SQL)
    found = outcomes(facts)
    losing = [outcome for outcome in found if outcome["loses_batch"]]
    return {
        "run": runs[0] if runs else {},
        "is_simulated": bool(runs) and runs[0]["source_profile"] in SIMULATED_SOURCES,
        "answer": answer(facts),
        "outcomes": found,
        "is_all_proxy": bool(losing) and all(outcome["is_proxy"] for outcome in losing),
        "scenarios": SCENARIOS,
        "measures": measures(facts),
        "scenario_notes": _notes(facts),
        "levers": facts.rows(_LEVERS_SQL),
        "best_gates": {row["outcome"]: row["gate"] for row in facts.rows(_BEST_GATES_SQL)},
        "assumptions": facts.rows(_ASSUMPTIONS_SQL),
        "quality_costs": facts.rows(_QUALITY_COSTS_SQL),
        "questions": [row["question"] for row in facts.rows(_QUESTIONS_SQL)],
        "leak_answers": facts.rows(_LEAK_ANSWERS_SQL),
        "open_questions": facts.rows(_OPEN_QUESTIONS_SQL),
        "empty_stages": [row["stage"] for row in facts.rows(_EMPTY_STAGES_SQL)],
        "modes": [row["mode"] for row in facts.rows(_MODES_SQL)],
    }
