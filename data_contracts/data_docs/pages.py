"""What a page of the Data Docs says: a suite, a result, and the index of both.

Here belong the renderers and the view great_expectations' site builder is given: its own pages
fetch styles and scripts from the network and put text from records into them as it came. What a
page shows is made harmless here; how it looks is in ``templates``.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data_contracts.data_docs.refused import BY_REFUSALS
from data_contracts.quality.expectations import BY_ROWS
from data_contracts.untrusted.inert_text import visible_line

TEMPLATES_DIR = Path(__file__).parent / "templates"
LONGEST_CELL = 200  # characters of a value shown in a table


def shown(value: Any) -> str:
    """Return a value as a page shows it: one line, nothing unseen in it, cut where it is long."""
    if value is None:
        return "missing"
    text = visible_line(f"{value:,}" if isinstance(value, int) else str(value))
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} [...]"


def cell(value: Any) -> str:
    """Return an example's value as it was, numbers without separators."""
    return shown(str(value) if value is not None else None)


@cache
def environment() -> Environment:
    """Return the templates; every text put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(shown=shown, cell=cell)
    made.globals["style"] = Markup((TEMPLATES_DIR / "style.css").read_text(encoding="utf-8"))
    return made


class SuitePage:
    """Says what a suite expects; great_expectations' site builder calls ``render``.

    Attributes:
        suites: Number of rules of each suite rendered so far.
    """

    def __init__(self, data_context: Any = None) -> None:
        self.suites: dict[str, int] = {}

    def render(self, suite: Any) -> dict[str, Any]:
        """Return what the page of a suite shows."""
        rules = [one.to_json_dict() for one in suite.expectation_configurations]
        self.suites[suite.name] = len(rules)
        return {
            "template": "suite.html.j2",
            "name": suite.name,
            "to_root": "../" * len(suite.name.split(".")),
            "notes": _notes(suite.meta),
            "rules": [_expected(one) for one in rules],
        }


class ResultPage:
    """Says what became of a suite; great_expectations' site builder calls ``render``.

    Attributes:
        pages: What each page rendered so far shows.
    """

    def __init__(self, data_context: Any = None) -> None:
        self.pages: list[dict[str, Any]] = []

    def render(self, validation: Any) -> dict[str, Any]:
        """Return what the page of a validation result shows."""
        result = validation.to_json_dict()
        meta = result["meta"]
        by_label = {one["expectation_config"]["meta"]["label"]: one for one in result["results"]}
        rules = [_judged(rule, by_label, meta["key"]) for rule in meta["rules"]]
        page = {
            "template": "result.html.j2",
            "name": validation.suite_name,
            "to_root": "../" * (len(validation.suite_name.split(".")) + 3),  # run, instant, batch
            "suite": suite_page(validation.suite_name),
            "meta": meta,
            "judged_in_words": _judged_in_words(meta),
            "failed": [rule for rule in rules if not rule["is_passed"]],
            "passed": [rule for rule in rules if rule["is_passed"]],
        }
        self.pages.append(page)
        return page


class InertView:
    """Turns what a page shows into HTML that asks nothing of the network and runs nothing."""

    def __init__(self, **_: Any) -> None:
        """Take, and do without, the folders of styles and views the site builder offers."""

    def render(self, page: dict[str, Any], **_: Any) -> str:
        """Return the HTML of a page."""
        return environment().get_template(page["template"]).render(page)


def _judged_in_words(meta: dict[str, Any]) -> str:
    """Say what was judged and how."""
    if meta["judged_by"] == BY_REFUSALS:
        return (
            f"{meta['received']:,} records delivered, {meta['accepted']:,} accepted, "
            f"{meta['quarantined']:,} refused; each is counted under the first rule it broke."
        )
    rows = "" if meta["rows"] is None else f"{meta['rows']:,} "
    if meta["judged_by"] == BY_ROWS:
        return f"All {rows}rows judged one by one."
    return f"{rows}rows, judged by counts: DuckDB counted what breaks each rule in one pass."


def suite_page(name: str) -> str:
    """Return where the site builder puts the page of a suite, from the site's first page."""
    return f"expectations/{name.replace('.', '/')}.html"


def _notes(meta: dict[str, Any] | None) -> list[str]:
    return list(((meta or {}).get("notes") or {}).get("content") or [])


def _expected(configuration: dict[str, Any]) -> dict[str, Any]:
    meta = configuration["meta"]
    return {
        "rule": meta["rule"],
        "column_name": meta["column_name"],
        "severity": meta["severity"],
        "description": configuration.get("description") or "",
        "type": configuration["type"],
        "notes": _notes(meta),
    }


def _judged(rule: dict[str, Any], by_label: dict[str, Any], key: list[str]) -> dict[str, Any]:
    """Join what was counted of a rule with great_expectations' result of it, where it has one."""
    found = by_label.get(f"{rule['rule']}: {rule['column_name']}")
    if found is None:
        counted = {"severity": "error", "description": rule["detail"], "notes": []}
        return {**rule, **counted, "examples": []}
    expected = _expected(found["expectation_config"])
    return {**rule, **expected, "examples": _examples(found, key)}


def _examples(found: dict[str, Any], key: list[str]) -> list[dict[str, Any]]:
    """Return the rows that broke a rule: its column first, then what names the row."""
    result = found["result"]
    rows = result.get("partial_unexpected_index_list") or []
    column = found["expectation_config"]["kwargs"].get("column")
    return [_example(row, column, key) for row in rows if isinstance(row, dict)]


def _example(row: dict[str, Any], column: str | None, key: list[str]) -> dict[str, Any]:
    """Put what the row said first, under the name value, then what names the row."""
    value = {"value": row[column]} if column in row else {}
    others = {name: row[name] for name in row if name not in {column, *key}}
    return {**value, **others, **{name: row[name] for name in key if name in row}}
