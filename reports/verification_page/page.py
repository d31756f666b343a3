"""The page itself: last night's signals, the screening picture, and every chart to look into."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.pages.facts import Facts
from reports.site.environment import TEMPLATES_DIR, Published
from reports.verification_page import questions
from reports.verification_page.screening import screening
from reports.whole_file import whole_file
from reports.wording import SIMULATED_SOURCES

VERIFICATION_NAME = "process_verification.html"
SHOWN_SIGNALS = 60
DIGITS = 5
NOTHING_SEEN = {"signals": 0, "new_signals": 0, "ruled": 0, "newest": None}


def render_verification_page(published: Published) -> str:
    """Render the page of a published warehouse.

    Args:
        published: The published warehouse.

    Returns:
        The HTML document; the same warehouse always gives the same.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    facts = Facts(published.query)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    runs = facts.rows(questions.RUN_SQL)
    run = runs[0] if runs else {}
    charts = facts.rows(questions.CHARTS_SQL)
    signals = facts.rows(questions.SIGNALS_SQL)
    promised = facts.rows(questions.PROMISE_SQL)
    return environment.get_template("verification.html.j2").render(
        run=run,
        is_simulated=bool(run) and run["source_profile"] in SIMULATED_SOURCES,
        charts=charts,
        signals=signals[:SHOWN_SIGNALS],
        new_signals=[row for row in signals if row["is_new"]],
        missing=facts.rows(questions.MISSING_SQL),
        promised=promised[0] if promised else {"charts": 0, "alarms": None, "critical": 0},
        span=(facts.rows(questions.SPAN_SQL) or [NOTHING_SEEN])[0],
        screening=screening(charts),
        embedded=_script_safe(_embedded(facts, charts, signals)),
        style=_inlined("style.css") + _inlined("verification.css"),
        script=_inlined("verification.js"),
    )


def write_verification_page(published: Published, out_dir: Path) -> Path:
    """Write ``process_verification.html`` into a folder, whole or not at all.

    Args:
        published: The published warehouse.
        out_dir: Folder, created when missing.

    Returns:
        The file's path.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    html = render_verification_page(published)
    target = out_dir / VERIFICATION_NAME
    with whole_file(target) as draft:
        draft.write_text(html, encoding="utf-8")
    return target


def _embedded(
    facts: Facts, charts: list[dict[str, Any]], signals: list[dict[str, Any]]
) -> dict[str, Any]:
    """Points of every chart as columns, with the batches named once."""
    points = facts.frame(questions.POINTS_SQL)
    if points.is_empty():
        return {"batches": [], "charts": {}}
    batches = points["batch_id"].unique().sort()
    codes = points["batch_id"].replace_strict(
        batches, pl.Series(range(batches.len())), return_dtype=pl.Int64
    )
    coded = points.with_columns(batch=codes)
    said: dict[str, list[str]] = {}
    for row in signals:
        said.setdefault(row["chart_id"], []).append(f"{row['batch_id']}: {row['statement']}")
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in facts.rows(questions.LIMITS_SQL):
        versions.setdefault(row["chart_id"], []).append(row)
    known = {row["chart_id"]: row for row in charts}
    found = {}
    for (name,), frame in coded.group_by("chart_id", maintain_order=True):
        if name in known:
            found[str(name)] = {
                **_columns(frame),
                "about": {key: _plain(value) for key, value in known[str(name)].items()},
                "signals": said.get(str(name), []),
                "versions": [
                    {key: _plain(value) for key, value in row.items()}
                    for row in versions.get(str(name), [])
                ],
            }
    return {"batches": batches.to_list(), "charts": found}


def _columns(frame: pl.DataFrame) -> dict[str, Any]:
    numbers = ("value", "lower", "centre", "upper", "level_average", "spread_average")
    rounded = {
        name: [None if each is None else float(f"{each:.{DIGITS}g}") for each in frame[name]]
        for name in numbers
    }
    return {
        **rounded,
        "batch": frame["batch"].to_list(),
        "first": frame["place"][0],
        "signal": frame["signal"].to_list(),
        "baseline": (frame["phase"] == "I").to_list(),
        "version": frame["version"].to_list(),
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _script_safe(data: object) -> Markup:
    """JSON inside a script element: nothing in it may end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, code)
    return Markup(text)


def _inlined(name: str) -> Markup:
    return Markup((TEMPLATES_DIR / name).read_text(encoding="utf-8"))
