"""Does the last report still say what the warehouse says? Recomputes every number and compares.

Six comparisons: the PDF summary and the live page drawn again; each claim recomputed from the
tables against ``evidence.claims``; each figure printed in the HTML against its claim; each chart
drawn again against the one embedded; and the remaining words against a fresh rendering by the same
version. Nothing is repaired here.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from data_contracts.errors import LotwiseError
from reports.annual_review.pack import verify_packs
from reports.claims import evaluate, written
from reports.inert_rows import inert
from reports.made_of import parts, remade
from reports.pages.facts import Facts
from reports.pages.markup import exact, part_text
from reports.pages.registry import ENTRY, PAGES_FOLDER
from reports.protocol.folder import unlike
from reports.site.environment import Published
from reports.site.index_page import INDEX_NAME
from reports.site.leaf_pages import leaf_pages
from reports.site.question_pages import render_pages
from reports.summary.document import SUMMARY_NAME, render_summary
from reports.verification_page.page import VERIFICATION_NAME, render_verification_page
from reports.what_if.page import WHAT_IF_NAME, render_what_if

RELATIVE_TOLERANCE = 1e-9  # sums over threads may differ in the last bits
_COMPARED = (
    "value",
    "interval_low",
    "interval_high",
    "value_text",
    "statement",
    "inputs_hash",
    "made_of",
)


class ReportMissingError(LotwiseError):
    """There is no report to verify."""


@dataclass(frozen=True)
class Mismatch:
    """One place where report, claims and warehouse disagree.

    Attributes:
        where: ``claim <id>``, ``page <id>``, ``chart <id>`` or ``words``.
        problem: What differs, with both values.
    """

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass
class _Printed:
    """A figure found in the HTML."""

    claim_id: str
    part: str
    value: str
    text: str = ""


class _PageReader(HTMLParser):
    """Collects the figures, the charts and the words of a report."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.printed: list[_Printed] = []
        self.charts: dict[str, str] = {}
        self.words: list[str] = []
        self.version: str | None = None
        self._open: list[str] = []
        self._figure: _Printed | None = None
        self._figure_depth = 0
        self._chart_id: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            if given.get("name") == "lotwise-version":
                self.version = given.get("content")
            return
        self._open.append(tag)
        if "data-claim" in given:
            self._figure = _Printed(
                given["data-claim"], given.get("data-part", "full"), given.get("data-value", "")
            )
            self._figure_depth = len(self._open)
            self.printed.append(self._figure)
        if tag == "script" and "data-figure" in given:
            self._chart_id = given["data-figure"]
            self.charts[self._chart_id] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._figure is not None and len(self._open) < self._figure_depth:
            self._figure = None
        if tag == "script":
            self._chart_id = None

    def handle_data(self, data: str) -> None:
        if self._chart_id is not None:
            self.charts[self._chart_id] += data
        elif self._figure is not None:
            self._figure.text += data
        elif not {"script", "style"} & set(self._open[-1:]):
            self.words.append(data)


# Elements without an end tag would stay open for ever.
_VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})


def _read(html: str) -> _PageReader:
    reader = _PageReader()
    reader.feed(re.sub(rf"<({'|'.join(_VOID - {'meta'})})\b[^>]*>", " ", html))
    reader.close()
    return reader


def _is_equal(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-12) or (
            math.isnan(left) and math.isnan(right)
        )
    return bool(left == right)


def verify_claims(published: Published) -> list[Mismatch]:
    """Recompute every claim and compare it with ``evidence.claims``."""
    fresh = {row["claim_id"]: row for row in evaluate(published.query).iter_rows(named=True)}
    stored = {
        row["claim_id"]: row
        for row in published.query("SELECT * FROM evidence.claims").iter_rows(named=True)
    }
    found = [
        Mismatch(f"claim {i}", "is no longer supported by any row") for i in stored.keys() - fresh
    ]
    found += [
        Mismatch(f"claim {i}", "follows from the tables but was not claimed")
        for i in fresh.keys() - stored
    ]
    for name in fresh.keys() & stored.keys():
        for column in _COMPARED:
            now, then = fresh[name][column], stored[name][column]
            if not _is_equal(now, then):
                found.append(
                    Mismatch(
                        f"claim {name}",
                        f"{column} was claimed as {then!r}, the tables give {now!r}",
                    )
                )
                break
    return sorted([*found, *_verify_sums(stored)], key=str)


def _verify_sums(claims: Mapping[str, Mapping[str, Any]]) -> list[Mismatch]:
    """Work out each product and sum from the claims it names."""
    found = []
    for name, claim in claims.items():
        if claim["made_of"] is None:
            continue
        missing = [part for _, part in parts(claim["made_of"]) if part not in claims]
        if missing:
            problem = f"is made of {missing[0]}, which is not claimed"
            found.append(Mismatch(f"claim {name}", problem))
            continue
        made = remade(claim["made_of"], lambda part: float(claims[part]["value"]))
        if not math.isclose(made, claim["value"], rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-6):
            found.append(
                Mismatch(
                    f"claim {name}",
                    f"was claimed as {claim['value']!r}, {claim['made_of']} comes to {made!r}",
                )
            )
    return found


def _verify_figures(page: _PageReader, claims: dict[str, dict[str, Any]]) -> list[Mismatch]:
    found = []
    for figure in page.printed:
        claim = claims.get(figure.claim_id)
        where = f"page {figure.claim_id}"
        if claim is None:
            found.append(Mismatch(where, "is printed but not claimed"))
            continue
        if figure.value != exact(claim["value"]):
            found.append(
                Mismatch(where, f"carries {figure.value!r}, claimed {exact(claim['value'])!r}")
            )
            continue
        expected = claim["value_text"]
        if claim["value"] is not None:
            as_written = written(
                figure.claim_id,
                claim["value"],
                claim["interval_low"],
                claim["interval_high"],
                claim["unit"],
            )
            expected = part_text(as_written, figure.part)
        if " ".join(figure.text.split()) != " ".join(str(expected).split()):
            found.append(Mismatch(where, f"prints {figure.text!r}, claimed {expected!r}"))
    return found


def _is_same_chart(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_same_chart(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_is_same_chart, left, right))
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _is_equal(float(left), float(right))
    return bool(left == right)


def _parsed(figure_json: str) -> Any:
    try:
        return json.loads(figure_json)
    except json.JSONDecodeError:
        return None


def _verify_page(page: _PageReader, fresh: _PageReader) -> list[Mismatch]:
    found = [
        Mismatch(f"chart {name}", "is on only one of the page and a fresh drawing of it")
        for name in sorted(page.charts.keys() ^ fresh.charts.keys())
    ]
    found += [
        Mismatch(f"chart {name}", "shows other values than the warehouse holds")
        for name in sorted(page.charts.keys() & fresh.charts.keys())
        if not _is_same_chart(_parsed(page.charts[name]), _parsed(fresh.charts[name]))
    ]
    if len(page.printed) != len(fresh.printed):
        found.append(
            Mismatch(
                "page", f"prints {len(page.printed)} figures, a fresh one {len(fresh.printed)}"
            )
        )
    is_same_version = page.version == fresh.version
    if is_same_version and " ".join(page.words).split() != " ".join(fresh.words).split():
        found.append(Mismatch("words", "the text differs from what this version renders"))
    return found


def _verify_summary(published: Published, path: Path) -> list[Mismatch]:
    """Draw the summary again: from the same warehouse it is the same to the byte."""
    if not path.is_file():
        return []
    if path.read_bytes() == render_summary(published):
        return []
    return [Mismatch("summary", f"{path.name} is not what the warehouse gives now")]


def _verify_what_if(published: Published, path: Path) -> list[Mismatch]:
    """Write the live page again: draws, program and words are the same to the byte."""
    if not path.is_file() or path.read_text(encoding="utf-8") == render_what_if(published):
        return []
    return [Mismatch("what if", f"{path.name} is not what the warehouse gives now")]


def _verify_charts(published: Published, path: Path) -> list[Mismatch]:
    """Draw the page of charts again: every number on it is the same to the byte."""
    if not path.is_file() or path.read_text("utf-8") == render_verification_page(published):
        return []
    return [Mismatch("process verification", f"{path.name} is not what the warehouse gives now")]


def verify(published: Published, html_path: Path) -> list[Mismatch]:
    """Recompute every number of a report from the published warehouse.

    Args:
        published: The published warehouse the report was drawn from.
        html_path: The report.

    Returns:
        Every disagreement; empty when the report tells the truth.

    Raises:
        ReportMissingError: There is no such file.
    """
    if not html_path.is_file():
        raise ReportMissingError(
            f"There is no report at {html_path}: run `lotwise run` or `lotwise report` first."
        )
    stored = inert(published.query("SELECT * FROM evidence.claims"))  # as the page shows them
    claims = {row["claim_id"]: row for row in stored.iter_rows(named=True)}
    return [
        *_verify_summary(published, html_path.with_name(SUMMARY_NAME)),
        *_verify_what_if(published, html_path.with_name(WHAT_IF_NAME)),
        *(
            Mismatch(f"pack {name}", problem)
            for name, problem in verify_packs(published, html_path.parent)
        ),
        *_verify_charts(published, html_path.with_name(VERIFICATION_NAME)),
        *(
            Mismatch(f"protocol {name}", problem)
            for name, problem in unlike(published, html_path.parent)
        ),
        *verify_claims(published),
        *_verify_pages(published, html_path, claims),
        *_verify_leaves(published, html_path.parent),
    ]


def _verify_leaves(published: Published, folder: Path) -> list[Mismatch]:
    """Draw the pages of batches and parameters again: from the same rows the same to the byte."""
    leaves = leaf_pages(Facts(published.query))
    found = []
    if not _holds(folder / INDEX_NAME, leaves.index):
        found.append(Mismatch("index", f"{INDEX_NAME} is not what the warehouse gives now"))
    for name, drawings in leaves.folders.items():
        there = {path.name for path in (folder / name).glob("*.html")}
        found += [
            Mismatch(f"page {name}/{file}", "is there, and the warehouse gives no such page")
            for file in sorted(there - drawings.keys())
        ]
        found += [
            Mismatch(f"page {name}/{file}", "is not what the warehouse gives now")
            for file, drawing in drawings.items()
            if not _holds(folder / name / file, drawing.draw())
        ]
    return found


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _verify_pages(
    published: Published, html_path: Path, claims: dict[str, dict[str, Any]]
) -> list[Mismatch]:
    """Hold every page of questions to its claims and to a fresh rendering."""
    documents = render_pages(published)
    there = {
        f"{PAGES_FOLDER}/{each.name}" for each in html_path.parent.glob(f"{PAGES_FOLDER}/*.html")
    }
    found = [
        Mismatch(f"page {file}", "is there, and the warehouse gives no such page")
        for file in sorted(there - documents.keys())
    ]
    for file, fresh in documents.items():
        path = html_path if file == ENTRY else html_path.parent / file
        if not path.is_file():
            found.append(Mismatch(f"page {file}", "is not there"))
            continue
        page = _read(path.read_text(encoding="utf-8"))
        found += _verify_figures(page, claims)
        found += _verify_page(page, _read(fresh))
    return found
