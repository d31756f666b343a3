"""What is claimed of a product and year: each number an id, a SQL query, a value and a sentence."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from reports.claims import tables_present, tables_read
from reports.formats import write
from reports.inert_rows import inert

DIGITS = 4
# From here on four digits are a whole number; and from there on no count of anything made.
WHOLE_FROM, MOST_DIGITS_FROM = 10.0 ** (DIGITS - 1), 1e15
Query = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class YearClaim:
    """One number of the review.

    Attributes:
        claim_id: Its name, with the member of a family in brackets.
        section: Part of the review it stands in.
        label: What it is of, as the review shows it.
        sql: Query that gives it from the published warehouse.
        value: The number; None for a text.
        value_text: As it is written.
        unit: Of the number.
    """

    claim_id: str
    section: str
    label: str
    sql: str
    value: float | None
    value_text: str
    unit: str


@dataclass(frozen=True)
class _Family:
    name: str
    section: str
    unit: str
    format: str
    sql: str  # columns key, label, value; {product} and {year} stand for the quoted ones


_OWN = "b.product = {product} AND year(b.started_at) = {year}"
_CHART = "p.product IN ({product}, 'all products', 'other products')"
# A chart over several products signals at one batch, and that may be another product's.
_SIGNALS = (
    "FROM finding.chart_signals AS s JOIN finding.chart_plan AS p USING (chart_id) "
    "LEFT JOIN core.batches AS b ON b.batch_id = s.batch_id WHERE year(s.known_at) = {year} "
    "AND (p.product = {product} "
    "OR p.product IN ('all products', 'other products') AND b.product = {product})"
)
_BATCHES = f"FROM core.batches AS b WHERE {_OWN}"
_RESULTS = f"FROM core.lab_results AS r JOIN core.batches AS b USING (batch_id) WHERE {_OWN}"
_CAPABLE = (
    "FROM finding.capability AS c JOIN finding.chart_plan AS p USING (chart_id) "
    "WHERE p.product = {product} AND c.period = CAST({year} AS VARCHAR)"
)
FAMILIES = (
    _Family("batches", "Batches", "batches", "count",
            f"SELECT 'made' AS key, 'Batches begun' AS label, count(*) AS value {_BATCHES}"),
    _Family("disposition", "Batches", "batches", "count",
            "SELECT coalesce(b.disposition, 'not recorded') AS key, 'Of these ' || "
            f"coalesce(b.disposition, 'not recorded') AS label, count(*) AS value {_BATCHES} "
            "GROUP BY ALL"),
    *(
        _Family(name, "Batches", "batches", "count",
                f"SELECT o.outcome AS key, coalesce(any_value(d.title), o.outcome){more} AS label, "
                f"{value} AS value FROM core.outcomes AS o "
                "JOIN core.batches AS b USING (batch_id) LEFT JOIN core.outcome_definitions AS d "
                f"ON o.outcome = d.outcome WHERE {_OWN} GROUP BY o.outcome "
                "HAVING count(o.is_failure) > 0")
        for name, more, value in (
            ("failures", "", "count(*) FILTER (WHERE o.is_failure)"),
            ("known", " || ': batches with a result'", "count(o.is_failure)"),
        )
    ),
    _Family("deviations", "Deviations", "deviations", "count",
            "SELECT coalesce(v.category, 'not recorded') AS key, coalesce(v.category, "
            "'not recorded') AS label, count(*) AS value FROM core.deviations AS v "
            f"JOIN core.batches AS b USING (batch_id) WHERE {_OWN} GROUP BY ALL"),
    _Family("open_deviations", "Deviations", "deviations", "count",
            "SELECT 'open' AS key, 'Not closed yet' AS label, count(*) AS value "
            "FROM core.deviations AS v JOIN core.batches AS b USING (batch_id) "
            f"WHERE {_OWN} AND v.closed_at IS NULL"),
    _Family("lots", "Materials", "lots", "count",
            "SELECT u.material AS key, u.material AS label, count(DISTINCT u.lot) AS value "
            f"FROM core.material_usage AS u JOIN core.batches AS b USING (batch_id) WHERE {_OWN} "
            "GROUP BY ALL"),
    *(
        _Family(f"result_{name}", "Results", "as in the test", form,
                f"SELECT r.test AS key, r.test AS label, {value} AS value {_RESULTS} "
                f"AND r.value IS NOT NULL GROUP BY ALL{having}")
        for name, form, value, having in (
            ("n", "count", "count(*)", ""),
            ("mean", "number", "avg(r.value)", ""),
            ("least", "number", "min(r.value)", ""),
            ("most", "number", "max(r.value)", ""),
            # Of a test without limits none can lie outside, which is not that none does.
            ("outside", "count",
             "count(*) FILTER (WHERE r.value < r.spec_low OR r.value > r.spec_high)",
             " HAVING count(coalesce(r.spec_low, r.spec_high)) > 0"),
        )
    ),
    *(
        _Family(name, "Capability", "1", "number",
                f"SELECT c.chart_id AS key, p.quantity AS label, c.{name} AS value {_CAPABLE} "
                f"AND c.{name} IS NOT NULL")
        for name in ("ppk", "ppk_lower", "stability_ratio")
    ),
    _Family("signals", "Signals", "signals", "count",
            "SELECT 'all' AS key, 'Signals under the promised false alarms' AS label, "
            f"count(*) AS value {_SIGNALS}"),
    _Family("signal", "Signals", "", "text",
            "SELECT s.chart_id || ' ' || s.place || ' ' || s.watch AS key, s.batch_id AS label, "
            f"s.statement AS value {_SIGNALS}"),
    _Family("new_limits", "Limits", "", "text",
            "SELECT l.chart_id || ' ' || l.version AS key, p.quantity || ', version ' || l.version "
            "AS label, l.reason || '; ' || l.fixed_by AS value FROM finding.chart_limits AS l "
            "JOIN finding.chart_plan AS p USING (chart_id) WHERE p.product = {product} "
            "AND year(l.fixed_at) = {year} AND l.version > 1"),
    _Family("charts", "Limits", "charts", "count",
            "SELECT p.standing AS key, 'Quantities ' || replace(p.standing, '_', ' ') AS label, "
            "count(*) AS value FROM finding.chart_plan AS p WHERE p.product = {product} "
            "GROUP BY ALL"),
    _Family("missing", "Limits", "", "text",
            "SELECT p.chart_id AS key, p.quantity AS label, concat_ws('; ', p.reason, "
            f"p.criticality) AS value FROM finding.chart_plan AS p WHERE {_CHART} "
            "AND p.is_critical AND p.standing = 'not_charted'"),
)  # fmt: skip


def year_claims(query: Query, product: str, year: int) -> list[YearClaim]:
    """Evaluate every claim of a product and year, in order.

    Args:
        query: Answers SQL from the published warehouse.
        product: Product code.
        year: Calendar year of manufacture.
    """
    present = tables_present(query)
    found = []
    for family in FAMILIES:
        sql = family.sql.format(product=_quoted(product), year=year)
        if not tables_read(sql) <= present:
            continue
        for row in inert(query(f"SELECT * FROM ({sql}) ORDER BY key")).iter_rows(named=True):
            found.append(_claim(family, sql, row))
    return found


def remade(query: Query, claims: list[dict[str, Any]]) -> list[str]:
    """Ask every claim again by its own SQL; say which no longer hold.

    Args:
        query: Answers SQL from the published warehouse.
        claims: As a pack keeps them.
    """
    wrong = []
    for claim in claims:
        rows = query(claim["sql"])
        now = rows["value"][0] if rows.height == 1 else None
        is_text = claim["value"] is None
        same = (
            str(now) == claim["value_text"]
            if is_text
            else now is not None and _is_near(float(now), claim["value"])
        )
        if not same:
            wrong.append(f"{claim['claim_id']}: claimed {claim['value_text']!r}, now {now!r}")
    return wrong


def as_rows(claims: list[YearClaim]) -> list[dict[str, Any]]:
    """Return claims as a pack keeps them."""
    return [asdict(claim) for claim in claims]


def _claim(family: _Family, sql: str, row: dict[str, Any]) -> YearClaim:
    key = str(row["key"])
    is_text = family.format == "text"
    return YearClaim(
        claim_id=f"{family.name}[{key}]",
        section=family.section,
        label=str(row["label"]),
        sql=f"SELECT value FROM ({sql}) WHERE key = {_quoted(key)}",
        value=None if is_text else float(row["value"]),
        value_text=str(row["value"]) if is_text else _written(family.format, row["value"]),
        unit=family.unit,
    )


def _written(format_name: str, value: float) -> str:
    """Counts as reports write them; measured numbers with the digits a review is read for."""
    number = float(value)
    if format_name == "number" and abs(number) < WHOLE_FROM and not number.is_integer():
        return f"{number:.{DIGITS}g}"
    if format_name == "number" and abs(number) < MOST_DIGITS_FROM:
        return write("count", round(number)).full
    if format_name == "number":
        return f"{number:.{DIGITS}g}"
    return write(format_name, value).full


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _is_near(now: float, then: float) -> bool:
    return abs(now - then) <= 1e-9 * max(abs(now), abs(then), 1.0)
