"""The pages of questions: the executive one, which is the entry, and one a question of scientists.

Every page carries its own style, script and charts; plotly.js alone lies beside them, once. Links
are written as anchors wherever a section stands, and led to the page that holds it here.
"""

import re
from typing import Any

from reports.claims import definitions
from reports.pages.charts import Chart, draw_charts
from reports.pages.facts import Facts
from reports.pages.markup import claim_writer
from reports.pages.registry import PAGES, PAGES_BESIDE, Page, gathers
from reports.site.environment import Published, environment, inlined
from reports.wording import TIERS

PLOTLY_NAME = "plotly.min.js"
_ANCHOR = re.compile(r'\bid="([^"]+)"')
_LINK = re.compile(r'href="#([^"]+)"')
_PLOT = re.compile(r'data-plot="([^"]+)"')


def render_pages(
    published: Published, *, data_docs: str | None = None, pages: tuple[Page, ...] = PAGES
) -> dict[str, str]:
    """Render the pages of questions of a published warehouse.

    Args:
        published: The published warehouse.
        data_docs: Way from the report's folder to the Data Docs; None where there are none.
        pages: Which pages, the entry first.

    Returns:
        HTML documents by their way from the report's folder.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    from plotly.offline import get_plotlyjs_version

    from reports.figures.style import CONFIG

    facts = Facts(published.query)
    shown = _functions(facts) | {"plotly_version": get_plotlyjs_version()}
    for gather in gathers(pages):
        shown |= gather(facts)
    bodies = {page: _body(page, shown, data_docs) for page in pages}
    home_of = {anchor: page for page, body in bodies.items() for anchor in _ANCHOR.findall(body)}
    charts = {chart.chart_id: chart for group in shown["charts"].values() for chart in group}
    framed = shown | {
        "style": inlined("style.css"),
        "script": inlined("script.js"),
        "chart_config": CONFIG,
        "pages_beside": PAGES_BESIDE,
    }
    return {
        page.file: _framed(page, _linked(body, page, home_of), bodies, charts, framed)
        for page, body in bodies.items()
    }


def _functions(facts: Facts) -> dict[str, Any]:
    """Return what templates may call to show a figure or to ask whether there is one."""
    return {
        "n": claim_writer(facts),
        "has": facts.has,
        "value": facts.value,
        "has_interval": facts.has_interval,
        "is_one": lambda name, key=None: facts.value(name, key) == 1,
        "charts": draw_charts(facts),
        "tiers": TIERS,
        "definitions": list(definitions().values()),
    }


def root_of(file: str) -> str:
    """Return the way from a page to the report's folder.

    Examples:
        >>> root_of("report.html"), root_of("pages/drivers.html")
        ('', '../')
    """
    return "../" * file.count("/")


def _body(page: Page, shown: dict[str, Any], data_docs: str | None) -> str:
    section = environment().get_template("section.html.j2")
    docs = None if data_docs is None else root_of(page.file) + data_docs
    return "\n".join(
        section.render(**shown, template=each.template, data_docs=docs) for each in page.sections
    )


def _linked(body: str, page: Page, home_of: dict[str, Page]) -> str:
    """Lead anchors that stand on another page there."""

    def led(found: re.Match[str]) -> str:
        home = home_of.get(found[1], page)
        if home is page:
            return found[0]
        return f'href="{root_of(page.file)}{home.file}#{found[1]}"'

    return _LINK.sub(led, body)


def _framed(
    page: Page,
    body: str,
    bodies: dict[Page, str],
    charts: dict[str, Chart],
    framed: dict[str, Any],
) -> str:
    anchors = set(_ANCHOR.findall(body))
    headings = {
        anchor: title
        for section in page.sections
        for anchor, title in section.headings.items()
        if anchor in anchors
    }
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            **framed,
            page=page,
            pages=list(bodies),
            headings=headings,
            root=root_of(page.file),
            body=body,
            own_charts=[charts[name] for name in dict.fromkeys(_PLOT.findall(body))],
            plotly_name=PLOTLY_NAME,
        )
    )
