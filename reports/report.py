"""The finished report: one HTML file with everything it needs inside it.

Assembles the parts into the template and writes the file in one rename. The same published
warehouse always gives the same file.
"""

import os
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import wording
from reports.claims import definitions
from reports.pages import (
    event_findings,
    executive,
    model_card,
    morning,
    power,
    relevance,
    rules,
    technical,
    time_to_failure,
    what_changed,
    window_evidence,
)
from reports.pages.charts import draw_charts
from reports.pages.decision import ask, programme, under_way
from reports.pages.facts import Facts
from reports.pages.markup import claim_writer
from reports.whole_file import whole_file

TEMPLATES_DIR = Path(__file__).parent / "templates"
REPORT_NAME = "report.html"


class Published(Protocol):
    """What a report needs of a published warehouse."""

    def query(self, sql: str) -> pl.DataFrame:
        """Answer a read-only query."""


def _vocabularies() -> dict[str, Any]:
    filters = {
        "verdict_meaning": wording.VERDICT_MEANINGS,
        "model_name": wording.MODELS,
        "scenario_name": wording.SCENARIOS,
        "measure_name": wording.MEASURES,
        "statistic": wording.STATISTICS,
        "refusal": wording.REFUSALS,
        "likeness": wording.LIKENESSES,
        "route": wording.ROUTES,
        "control": wording.CONTROLS,
        "direction": wording.DIRECTIONS,
        "ranking_method": wording.RANKING_METHODS,
        "replacement_verdict": wording.REPLACEMENT_VERDICTS,
        "later_standing": wording.LATER_STANDINGS,
        "planted_worth": wording.PLANTED_WORTHS,
        "headline_part": wording.HEADLINE_PARTS,
        "rate_comparison": wording.RATE_COMPARISONS,
        "price_origin": wording.PRICE_ORIGINS,
    }
    named = {name: partial(wording.phrase, vocabulary=words) for name, words in filters.items()}
    return {
        **named,
        "words": wording.phrase,
        "stage": wording.stage,
        "event_name": wording.event_name,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_vocabularies())
    return environment


def _functions(facts: Facts) -> dict[str, Any]:
    """Return what templates may call to show a figure or to ask whether there is one."""
    return {
        "n": claim_writer(facts),
        "has": facts.has,
        "value": facts.value,
        "has_interval": facts.has_interval,
        "is_one": lambda name, key=None: facts.value(name, key) == 1,
        "charts": draw_charts(facts),
        "tiers": wording.TIERS,
        "definitions": list(definitions().values()),
    }


def render(
    published: Published, *, plotly_js: str | None = None, data_docs: str | None = None
) -> str:
    """Render the report of a published warehouse.

    Args:
        published: The published warehouse.
        plotly_js: Replaces the inlined plotly.js; None inlines the one shipped with plotly.
        data_docs: Address of the Data Docs' first page; None where there are none.

    Returns:
        The HTML document.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    from plotly.offline import get_plotlyjs, get_plotlyjs_version

    from reports.figures.style import CONFIG

    facts = Facts(published.query)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **_functions(facts),
            **morning.context(facts),
            **what_changed.context(facts),
            **executive.context(facts),
            **ask.context(facts),
            **programme.context(facts),
            **under_way.context(facts),
            **power.context(facts),
            **window_evidence.context(facts),
            **technical.context(facts),
            **relevance.context(facts),
            **rules.context(facts),
            **event_findings.context(facts),
            **time_to_failure.context(facts),
            **model_card.context(facts),
            style=_inlined("style.css"),
            script=_inlined("script.js"),
            plotly_js=Markup(get_plotlyjs() if plotly_js is None else plotly_js),
            plotly_version=get_plotlyjs_version(),
            chart_config=CONFIG,
            data_docs=data_docs,
        )
    )


def _inlined(name: str) -> Markup:
    """Read one of our own style or script files, which need no escaping."""
    return Markup((TEMPLATES_DIR / name).read_text(encoding="utf-8"))


def write_report(published: Published, out_dir: Path, data_docs_dir: Path | None = None) -> Path:
    """Write ``report.html`` into a folder, whole or not at all.

    Args:
        published: The published warehouse.
        out_dir: Folder, created when missing.
        data_docs_dir: Folder of the Data Docs; the report links to them where they are there.

    Returns:
        The file's path.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    html = render(published, data_docs=_way_to(data_docs_dir, out_dir))
    target = out_dir / REPORT_NAME
    with whole_file(target) as draft:
        draft.write_text(html, encoding="utf-8")
    return target


def _way_to(data_docs_dir: Path | None, out_dir: Path) -> str | None:
    """Return the way from the report to the Data Docs, which holds wherever the home is moved."""
    if data_docs_dir is None or not (data_docs_dir / "index.html").is_file():
        return None
    return Path(os.path.relpath(data_docs_dir / "index.html", out_dir)).as_posix()
