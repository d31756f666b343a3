"""The traceability matrix: every heading of the guidelines, what covers it, what the site adds."""

from typing import Any

from data_contracts.codes.tier_evidence import RequirementCoverage, RequirementSource
from reports.pages.facts import Facts
from reports.protocol.document import DocumentPart, EvidenceDocument, Row, Table, signatures

MATRIX_NAME = "traceability"
_SQL = "FROM evidence.requirements ORDER BY source, position"
TITLES = {
    RequirementSource.GAMP_5: "GAMP 5, second edition (ISPE, 2022)",
    RequirementSource.PART_11: "21 CFR Part 11",
    RequirementSource.ANNEX_11: "EU GMP Annex 11",
    RequirementSource.ANNEX_22_DRAFT: "EU GMP Annex 22, draft of July 2025",
    RequirementSource.FDA_AI_CREDIBILITY: "FDA, AI credibility, draft of 2025: the seven steps",
}
TEXT_MAPPED = {
    RequirementSource.GAMP_5: "Main body and appendices as they are named there.",
    RequirementSource.PART_11: "Electronic records; electronic signatures (FDA).",
    RequirementSource.ANNEX_11: (
        "Computerised systems, the text of 2011. What its draft of July 2025 adds is not mapped "
        "here."
    ),
    RequirementSource.ANNEX_22_DRAFT: (
        "Artificial intelligence. Mapped is the text for consultation of July 2025; sources "
        "disagree on whether a final text is out, so the site must compare."
    ),
    RequirementSource.FDA_AI_CREDIBILITY: (
        "Considerations for the use of artificial intelligence to support regulatory "
        "decision-making for drug and biological products, draft guidance of January 2025."
    ),
}
COVERAGE = {
    RequirementCoverage.COVERED: "covered",
    RequirementCoverage.SHARED: "in part",
    RequirementCoverage.SITE: "the site",
}
WIDTHS = (0.8, 1.8, 0.6, 1.9, 1.9)
COLUMNS = ("Clause", "What is asked", "Here", "Covered by", "The site")


def matrix_document(facts: Facts) -> EvidenceDocument | None:
    """Return the matrix; None of a warehouse that has none."""
    rows = facts.rows(_SQL)
    if not rows:
        return None
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    here, shared, site = (sum(row["coverage"] == name for row in rows) for name in COVERAGE)
    return EvidenceDocument(
        name=MATRIX_NAME,
        kind="Traceability matrix",
        title="What guidelines ask, what covers it here, what the site must add",
        standing=(
            f"{len(rows)} requirements: {here} covered here, {shared} in part, {site} left to the "
            "site. Tests named are those of the installed version; the site's own tests and "
            "procedures are not known here."
        ),
        running="Traceability matrix",
        parts=(
            *(
                DocumentPart(TITLES[source], (TEXT_MAPPED[source],), _table(own))
                for source, own in by_source.items()
            ),
            signatures(("Author", ""), ("Quality unit", "")),
        ),
    )


def _table(rows: list[dict[str, Any]]) -> Table:
    return Table(COLUMNS, tuple(map(_row, rows)), WIDTHS)


def _row(row: dict[str, Any]) -> Row:
    said = COVERAGE[row["coverage"]]
    return (row["clause"], row["item"], said, row["covered_by"], row["site_adds"])
