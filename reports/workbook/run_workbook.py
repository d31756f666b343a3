"""The workbook of a run: its assumptions, what it measured, and what its simulation found."""

from datetime import date
from pathlib import Path

from assets.savings.arithmetic.planned_levers import FAILURE_RATE
from assets.savings.programme.plan_inputs import measured_assumptions
from data_contracts.assumptions import Assumptions
from reports.pages.decision.ask import page_one
from reports.pages.decision.parts import as_text
from reports.pages.decision.programme import beside
from reports.pages.executive import answer
from reports.pages.facts import Facts
from reports.site.environment import Published
from reports.workbook.book import write_workbook
from reports.workbook.front_sheet import Front

WORKBOOK_NAME = "business_case.xlsx"
_RUN_SQL = "SELECT as_of FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
_INPUTS_SQL = "SELECT * FROM economics.plan_inputs ORDER BY lever, role"
_SIMULATED_SQL = (
    "SELECT * FROM economics.scenarios ORDER BY scenario, lever <> 'all', lever, measure"
)
_DRAWN_SQL = """
SELECT measure, p10, p50, p90, unit FROM economics.scenarios
WHERE scenario = 'base' AND lever = 'all' AND basis <> 'refused' AND p50 IS NOT NULL
"""
FRONT = {
    "answer": "The answer",
    "todo": "What to do",
    "ask": "The ask",
    "prices": "Whose prices",
    "cost": "What failures cost",
    "badly": "If it goes badly",
    "days": "The first ninety days",
}
MEASURED = (
    "The business case of a run. Failures and their rate, batches a year and what each lever was "
    "measured to prevent are counted from this plant's records: the lines of kind measured in the "
    "sheet Assumptions. Every other number is assumed, with its owner and range."
)
NOTE = (
    "The columns In force, Unfavourable and Favourable are arithmetic: every number at its middle "
    "or at one end. What is likely stands in the sheet Simulated."
)
NO_PROGRAMME = (
    "No lever is in the programme, so the workbook states what failures cost and no more."
)
BESIDE = "Beside the programme and in no total, until the evidence of its tier is there:"
NOTHING_LOST = "so nothing is priced: the workbook holds the assumptions and no more."


def write_run_workbook(published: Published, assumptions: Assumptions, out_dir: Path) -> Path:
    """Write ``business_case.xlsx`` into a folder.

    Args:
        published: The published warehouse of the run.
        assumptions: The set that priced the run.
        out_dir: Folder, created when missing.

    Returns:
        The file's path.
    """
    runs = published.query(_RUN_SQL)
    newest = max(each.as_of for each in assumptions.parameters.values())
    as_of = runs["as_of"][0].date() if runs.height and runs["as_of"][0] else newest
    inputs = published.query(_INPUTS_SQL)
    plan = measured_assumptions(assumptions, inputs, as_of if isinstance(as_of, date) else newest)
    drawn = published.query(_DRAWN_SQL)
    facts = Facts(published.query)
    words = page_one(facts)
    front = Front(
        words={label: words[topic] for topic, label in FRONT.items() if topic in words},
        about=MEASURED,
        drawn={name: (low, middle, high, unit) for name, low, middle, high, unit in drawn.rows()},
    )
    if not plan.levers and not plan[FAILURE_RATE].high:
        path = out_dir / WORKBOOK_NAME
        note = f"{answer(facts).none_lost}, {NOTHING_LOST}"
        return write_workbook(path, plan, notes=[note], front=front, is_priced=False)
    owed = [
        f"{BESIDE} {as_text(facts, lever.do)} {as_text(facts, lever.worth)}"
        for lever in beside(facts)
    ]
    return write_workbook(
        out_dir / WORKBOOK_NAME,
        plan,
        simulated=published.query(_SIMULATED_SQL).to_dicts(),
        notes=[NOTE, *([] if plan.levers else [NO_PROGRAMME]), *owed],
        front=front,
    )
