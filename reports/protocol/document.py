"""A document as its parts, the same for a page and for a PDF."""

from dataclasses import dataclass, field
from typing import Any

Row = tuple[str, ...]
TO_SIGN = (
    "A signature on paper, or an electronic one in the site's own system; the names here are those "
    "of the protocol, and naming is not signing."
)
SIGNED = ("Role", "Name", "Signature", "Date")


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        columns: Headings; empty strings where there are none.
        rows: As wide as the headings.
        widths: Shares of the width, as many as columns.
    """

    columns: Row
    rows: tuple[Row, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class DocumentPart:
    """A section.

    Attributes:
        title: Its heading.
        says: Paragraphs.
        table: A table below them.
    """

    title: str
    says: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class EvidenceDocument:
    """A protocol, a report or the matrix.

    Attributes:
        name: File without its ending.
        kind: What it is, above the title.
        title: Its title.
        standing: Where it stands, in a sentence.
        parts: Sections, in order.
        running: What every page of the PDF carries below.
        is_met: Of a report, whether every criterion is met; None of anything else.
        notes: Sentences set apart at the top, such as that nobody signed.
    """

    name: str
    kind: str
    title: str
    standing: str
    parts: tuple[DocumentPart, ...]
    running: str
    is_met: bool | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def plain(self) -> dict[str, Any]:
        """It as JSON can hold it."""
        return {
            "kind": self.kind,
            "title": self.title,
            "standing": self.standing,
            "running": self.running,
            "notes": list(self.notes),
            "parts": [
                {
                    "title": part.title,
                    "says": list(part.says),
                    "columns": list(part.table.columns) if part.table else [],
                    "widths": list(part.table.widths) if part.table else [],
                    "rows": [list(row) for row in part.table.rows] if part.table else [],
                }
                for part in self.parts
            ],
        }


def signatures(*roles: tuple[str, str]) -> DocumentPart:
    """Return places to sign, a line a role.

    Args:
        roles: Role and name, each.
    """
    rows = tuple((role, name, "", "") for role, name in roles)
    return DocumentPart("Signatures", (TO_SIGN,), Table(SIGNED, rows, (1.2, 1.4, 2.0, 1.0)))
