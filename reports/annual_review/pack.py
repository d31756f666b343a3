"""The pack of a product and year: PDF, workbook and the claims both are drawn from."""

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from data_contracts.errors import UsageError
from reports.annual_review.pictures import CHARTS_SQL, MOST, POINTS_SQL, caption, picture
from reports.annual_review.year_claims import as_rows, remade, year_claims
from reports.site.environment import TEMPLATES_DIR, Published
from reports.site.file_names import file_name
from reports.whole_file import whole_file
from reports.workbook.inert_book import inert_workbook

_YEARS_SQL = """
SELECT product, year(started_at) AS year, count(*) AS batches FROM core.batches
WHERE product IS NOT NULL AND started_at IS NOT NULL GROUP BY ALL ORDER BY 1, 2
"""
_RUN_SQL = """
SELECT as_of, source_profile, run_number, version FROM evidence.runs
ORDER BY run_number DESC NULLS LAST LIMIT 1
"""
SECTIONS = ("Batches", "Results", "Capability", "Signals", "Limits", "Deviations", "Materials")
NOT_DELIVERED = (
    "complaints, returns and recalls; changes to marketing authorisations; retained samples; "
    "technical agreements: lotwise receives no records of these"
)


def pack_name(product: str, year: int) -> str:
    """Name of a pack's files, without their endings; no two products share one.

    Examples:
        >>> pack_name("TB140", 2023), pack_name("TB 140/a", 2023)
        ('review_TB140_2023', 'review_TB_140_a-b83139ec_2023')
    """
    return f"review_{file_name(product).removesuffix('.html')}_{year}"


def write_pack(published: Published, product: str, year: int, out_dir: Path) -> list[Path]:
    """Write PDF, workbook and claims into a folder, each whole or not at all.

    Args:
        published: The published warehouse.
        product: Product code.
        year: Calendar year of manufacture.
        out_dir: Folder, created when missing.

    Raises:
        UsageError: The product made no batch in that year.
    """
    content = _content(published, product, year)
    name = pack_name(product, year)
    files = [out_dir / f"{name}{ending}" for ending in (".pdf", ".xlsx", ".json")]
    with whole_file(files[0]) as draft:
        draft.write_bytes(_pdf(content))
    with whole_file(files[1]) as draft:
        _workbook(draft, content)
    kept = {"product": product, "year": year, "claims": content["claims"]}
    with whole_file(files[2]) as draft:
        draft.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
    return files


def verify_packs(published: Published, folder: Path) -> list[tuple[str, str]]:
    """Ask every claim of every pack in a folder again, and draw each PDF again.

    Args:
        published: The published warehouse.
        folder: Where packs lie.

    Returns:
        Name of the pack and what no longer holds; empty where all do.
    """
    found = []
    for file in sorted(folder.glob("review_*.json")):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            claims, words = kept["claims"], _words(kept["claims"])
            content = _content(published, kept["product"], kept["year"])
        except (UsageError, ValueError, KeyError, TypeError, AttributeError):
            found.append((file.stem, f"{file.name} is not what a review was kept as"))
            continue
        pdf = file.with_suffix(".pdf")
        if _words(content["claims"]) != words:  # their SQL is not asked: it may be anybody's
            found.append((file.stem, "its claims are not those the tables give now"))
            continue
        found += [(file.stem, wrong) for wrong in remade(published.query, claims)]
        if not pdf.is_file() or pdf.read_bytes() != _pdf(content):
            found.append((file.stem, f"{pdf.name} is not what the warehouse gives now"))
    return found


def _words(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims without their numbers, whose last digits may differ and which are asked one by one."""
    return [{name: said for name, said in claim.items() if name != "value"} for claim in claims]


def _content(published: Published, product: str, year: int) -> dict[str, Any]:
    _require(published, product, year)
    claims = as_rows(year_claims(published.query, product, year))
    runs = published.query(_RUN_SQL)
    run = runs.row(0, named=True) if runs.height else {}
    as_of = run.get("as_of")
    return {
        "product": product,
        "year": year,
        "as_of": as_of.strftime("%Y-%m-%d") if isinstance(as_of, datetime) else "not recorded",
        "run": str(run.get("run_number") or ""),
        "source": str(run.get("source_profile") or ""),
        "claims": claims,
        "tables": _tables(claims),
        "not_delivered": NOT_DELIVERED,
        "pictures": _pictures(published, product, year),
    }


def _require(published: Published, product: str, year: int) -> None:
    rows = published.query(_YEARS_SQL).rows()
    if any((product, year) == (name, made) for name, made, _ in rows):
        return
    products = sorted({name for name, _, _ in rows})
    if product not in products:
        raise UsageError(f"No batch of product {product!r}. Products: {', '.join(products)}.")
    years = ", ".join(str(made) for name, made, _ in rows if name == product)
    raise UsageError(f"Product {product} made no batch in {year}. It did in: {years}.")


def _tables(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims of each section as a table: labels down, families across."""
    found = []
    for section in SECTIONS:
        own = [claim for claim in claims if claim["section"] == section]
        labels: dict[str, dict[str, str]] = {}
        columns: list[str] = []
        for claim in own:
            family, _, key = claim["claim_id"].partition("[")
            is_wide = section in ("Results", "Capability")
            column = family.removeprefix("result_").replace("_", " ") if is_wide else ""
            if column not in columns:
                columns.append(column)
            row = labels.setdefault(key if is_wide else claim["claim_id"], {"": claim["label"]})
            row[f"value {column}"] = claim["value_text"]
        rows = [
            [row[""], *(row.get(f"value {column}", "") for column in columns)]
            for row in labels.values()
        ]
        found.append({"section": section, "columns": columns, "rows": rows})
    return found


def _pictures(published: Published, product: str, year: int) -> list[dict[str, str]]:
    quoted = "'" + product.replace("'", "''") + "'"
    rows = published.query(CHARTS_SQL.format(product=quoted, year=year, most=MOST))
    drawn = []
    for row in rows.iter_rows(named=True):
        chart = "'" + row["chart_id"].replace("'", "''") + "'"
        points = published.query(POINTS_SQL.format(chart=chart, year=year))
        said = caption(row["quantity"], row["signals"], is_critical=row["is_critical"])
        drawn.append({"svg": picture(points), "caption": said})
    return drawn


def _pdf(content: dict[str, Any]) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for at, drawn in enumerate(content["pictures"]):
            (folder / f"chart{at}.svg").write_text(drawn["svg"], encoding="utf-8")
        said = {key: content[key] for key in content if key != "claims"}
        said["claimed"] = len(content["claims"])
        (folder / "facts.json").write_text(json.dumps(said, ensure_ascii=False), "utf-8")
        page = folder / "review.typ"
        page.write_text((TEMPLATES_DIR / "review.typ").read_text(encoding="utf-8"), "utf-8")
        return bytes(typst.compile(str(page), root=name))


def _workbook(path: Path, content: dict[str, Any]) -> None:
    with inert_workbook(str(path)) as book:
        book.set_properties({"title": f"Annual review {content['product']} {content['year']}",
                             "created": datetime(content["year"], 12, 31)})  # noqa: DTZ001  # fmt: skip
        bold = book.add_format({"bold": True})
        for each in content["tables"]:
            sheet = book.add_worksheet(each["section"])
            sheet.write_row(0, 0, ["", *each["columns"]], bold)
            sheet.set_column(0, 0, 44)
            sheet.set_column(1, 6, 22)
            for at, row in enumerate(each["rows"], start=1):
                sheet.write_row(at, 0, row)
        sheet = book.add_worksheet("Claims")
        columns = ("claim_id", "section", "label", "value", "value_text", "unit", "sql")
        sheet.write_row(0, 0, columns, bold)
        sheet.set_column(0, 6, 28)
        for at, claim in enumerate(content["claims"], start=1):
            for column, key in enumerate(columns):
                if claim[key] is not None:
                    sheet.write(at, column, claim[key])
