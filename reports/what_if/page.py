"""The page itself: the run's figures at rest, the inputs to move, or what is missing for any."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.claims import claim_id
from reports.pages.decision.ask import ask, price_notice
from reports.pages.decision.parts import as_text
from reports.pages.decision.prices import prices
from reports.pages.decision.programme import planned
from reports.pages.executive import answer
from reports.pages.facts import Facts
from reports.site.environment import TEMPLATES_DIR, Published
from reports.what_if.case import Case
from reports.what_if.program import program
from reports.whole_file import whole_file
from reports.wording import SIMULATED_SOURCES

WHAT_IF_NAME = "what_if.html"
# Measure, what it is called, its unit in words, and how it is written.
TILES = (
    ("annual_net_savings_usd", "Net savings a year, at full effect", "USD a year", "money"),
    ("npv_usd", "Net present value", "USD", "money"),
    ("npv_positive_prob", "Probability that it pays: P(NPV > 0)", "", "probability"),
    ("payback_months", "Payback", "months", "number"),
    ("implementation_cost_usd", "One-off cost", "USD", "money"),
    ("annual_programme_cost_usd", "Running cost a year", "USD a year", "money"),
    ("baseline_loss_usd_per_year", "What failures cost a year today", "USD a year", "money"),
    ("prevented_failures_per_year", "Failures prevented a year", "failures a year", "number"),
)
_RUN_SQL = "SELECT * FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
_REFUSED_SQL = """
SELECT title, outcome, reason FROM economics.levers WHERE basis = 'refused'
QUALIFY row_number() OVER (PARTITION BY title ORDER BY outcome <> 'failure', outcome) = 1
ORDER BY title
"""


def render_what_if(published: Published) -> str:
    """Render the live page of a published warehouse.

    Args:
        published: The published warehouse.

    Returns:
        The HTML document; the same warehouse always gives the same.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    facts = Facts(published.query)
    case = Case.read(facts)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    runs = facts.rows(_RUN_SQL)
    run = runs[0] if runs else {}
    return environment.get_template("what_if.html.j2").render(
        **_money(facts),
        case=case,
        embedded=None if case is None else _embedded(case, run),
        draws=None if case is None else case.packed_draws,
        program=None if case is None else Markup(program(case.steps)),
        run=run,
        is_simulated=bool(run) and run["source_profile"] in SIMULATED_SOURCES,
        source=_text(facts, "scope.source"),
        as_of=_text(facts, "scope.as_of"),
        refused=facts.rows(_REFUSED_SQL),
        style=_inlined("style.css") + _inlined("what_if.css"),
        script=_inlined("what_if_numbers.js") + _inlined("what_if.js"),
    )


def write_what_if(published: Published, out_dir: Path) -> Path:
    """Write ``what_if.html`` into a folder, whole or not at all.

    Args:
        published: The published warehouse.
        out_dir: Folder, created when missing.

    Returns:
        The file's path.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    html = render_what_if(published)
    target = out_dir / WHAT_IF_NAME
    with whole_file(target) as draft:
        draft.write_text(html, encoding="utf-8")
    return target


def _money(facts: Facts) -> dict[str, Any]:
    """Gather what the run itself says of money, as text: the page claims nothing of its own."""
    said, found = answer(facts), prices(facts)
    return {
        "answer": said,
        "todo": " ".join(as_text(facts, lever.do) for lever in planned(facts)),
        "prices": found,
        "price_notice": as_text(facts, price_notice(found)),
        "ask": as_text(facts, ask(facts, said, found)),
        "tiles": [
            {
                "measure": measure,
                "title": title,
                "unit": unit,
                "format": written_as,
                "value": _figure(facts, measure, "value"),
                "interval": _figure(facts, measure, "interval"),
            }
            for measure, title, unit, written_as in TILES
        ],
    }


def _figure(facts: Facts, measure: str, part: str) -> str:
    full_id = claim_id("savings.measure", f"base/{measure}")
    if full_id not in facts.claims:
        return ""
    written = facts.written(full_id)
    return written.value if part == "value" else written.interval


def _text(facts: Facts, name: str) -> str:
    return facts.written(claim_id(name, None)).value if facts.has(name) else ""


def _embedded(case: Case, run: dict[str, Any]) -> Markup:
    """Return the case as JSON that can stand inside a script element."""
    values = case.embedded() | {"run": str(run.get("run_id", ""))[:12]}
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _inlined(name: str) -> Markup:
    """Read one of our own style or script files, which need no escaping."""
    return Markup((TEMPLATES_DIR / name).read_text(encoding="utf-8"))
