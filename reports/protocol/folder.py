"""The folder of protocols, reports and the matrix: a page and a PDF of each, and a list of them."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reports.pages.facts import Facts
from reports.protocol.document import EvidenceDocument
from reports.protocol.matrix_document import matrix_document
from reports.protocol.protocol_documents import protocol_document, report_document
from reports.site.environment import TEMPLATES_DIR, Published, environment
from reports.site.file_names import file_name
from reports.whole_file import whole_file

FOLDER, LIST_NAME, TEMPLATE = "protocols", "index.html", "protocol.typ"
# Of several versions of one protocol the one frozen last is drawn; the others stay in the tables.
_PROTOCOLS_SQL = """
SELECT p.* FROM evidence.protocols AS p JOIN evidence.audit_trail AS a
  ON a.protocol_id = p.protocol_id AND a.action = 'frozen'
QUALIFY row_number() OVER (PARTITION BY p.name ORDER BY a.entry DESC) = 1 ORDER BY p.tier, p.name
"""
_RESULTS_SQL = """
SELECT * FROM evidence.results
QUALIFY run_of_protocol = max(run_of_protocol) OVER (PARTITION BY protocol_id)
ORDER BY protocol_id, criterion
"""
_TRAIL_SQL = "SELECT * EXCLUDE (what) FROM evidence.audit_trail ORDER BY entry"


def documents(facts: Facts) -> list[EvidenceDocument]:
    """Return every document there is, the matrix last."""
    results, trail = facts.rows(_RESULTS_SQL), facts.rows(_TRAIL_SQL)
    found: list[EvidenceDocument] = []
    for row in facts.rows(_PROTOCOLS_SQL):
        key = row["protocol_id"]
        found.append(protocol_document(row))
        own = [each for each in results if each["protocol_id"] == key]
        if own:
            entries = [each for each in trail if each["protocol_id"] == key]
            found.append(report_document(facts, row, own, entries))
    matrix = matrix_document(facts)
    return found if matrix is None else [*found, matrix]


def pages(facts: Facts) -> dict[str, str]:
    """Return the pages of the folder by file name; none of a warehouse without evidence."""
    own = documents(facts)
    if not own:
        return {}
    template = environment().get_template("protocol.html.j2")
    found = {_file(each): template.render(said=each, root="../", charts=[]) for each in own}
    listing = environment().get_template("protocols.html.j2")
    files = [(each, _file(each)) for each in own]
    return {**found, LIST_NAME: listing.render(files=files, root="../", charts=[])}


def pdfs(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """Yield each document as a PDF, by file name: the same to the byte each time."""
    for each in documents(facts):
        yield _file(each).removesuffix(".html") + ".pdf", _pdf(each)


def write_protocols(published: Published, out_dir: Path) -> Path:
    """Write the folder, each file whole or not at all.

    Args:
        published: The published warehouse.
        out_dir: Folder of the reports.

    Returns:
        The list of what there is; it is not there for a warehouse without evidence.
    """
    facts, folder = Facts(published.query), out_dir / FOLDER
    for name, text in pages(facts).items():
        with whole_file(folder / name) as draft:
            draft.write_text(text, encoding="utf-8")
    for name, pdf in pdfs(facts):
        with whole_file(folder / name) as draft:
            draft.write_bytes(pdf)
    return folder / LIST_NAME


def unlike(published: Published, out_dir: Path) -> list[tuple[str, str]]:
    """Draw every document again and say which file is not the same.

    Args:
        published: The published warehouse.
        out_dir: Folder of the reports.

    Returns:
        File and what is wrong with it; empty where all are as the warehouse gives them.
    """
    facts, folder = Facts(published.query), out_dir / FOLDER
    if not folder.is_dir():  # drawn by an earlier version
        return []
    drawn = {name: text.encode() for name, text in pages(facts).items()} | dict(pdfs(facts))
    there = {file.name for file in folder.iterdir() if file.suffix in (".html", ".pdf")}
    more = there - set(drawn)
    found = [(name, "is there, and the warehouse gives no such file") for name in more]
    found += [
        (name, "is not what the warehouse gives now")
        for name, held in drawn.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != held
    ]
    return sorted(found)


def _file(document: EvidenceDocument) -> str:
    return file_name(document.name)


def _pdf(document: EvidenceDocument) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = json.dumps(document.plain, ensure_ascii=False)
        (folder / "facts.json").write_text(said, encoding="utf-8")
        page = folder / TEMPLATE
        page.write_text((TEMPLATES_DIR / TEMPLATE).read_text(encoding="utf-8"), "utf-8")
        return bytes(typst.compile(str(page), root=name))
