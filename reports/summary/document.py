"""The summary as a PDF: content and pictures set by typst, the same to the byte each time."""

import json
import tempfile
from pathlib import Path

from reports.pages.facts import Facts
from reports.site.environment import TEMPLATES_DIR, Published
from reports.summary.content import content
from reports.summary.pictures import PICTURES
from reports.whole_file import whole_file

SUMMARY_NAME = "summary.pdf"


def render_summary(published: Published) -> bytes:
    """Draw the summary of a published warehouse.

    Args:
        published: The published warehouse.

    Returns:
        The PDF, dated by the records and not by the clock.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    import typst

    facts = Facts(published.query)
    said = content(facts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn = []
        for picture, (sql, draw) in PICTURES.items():
            frame = facts.frame(sql)
            if not frame.is_empty():
                (folder / f"{picture}.svg").write_bytes(draw(frame))
                drawn.append(picture)
        facts_json = json.dumps({**said, "pictures": drawn}, ensure_ascii=False, default=str)
        (folder / "facts.json").write_text(facts_json, encoding="utf-8")
        page = folder / "summary.typ"
        page.write_text((TEMPLATES_DIR / "summary.typ").read_text(encoding="utf-8"), "utf-8")
        return bytes(typst.compile(str(page), root=name))


def write_summary(published: Published, out_dir: Path) -> Path:
    """Write ``summary.pdf`` into a folder, whole or not at all.

    Args:
        published: The published warehouse.
        out_dir: Folder, created when missing.

    Returns:
        The file's path.

    Raises:
        NothingClaimedError: The warehouse holds no claims.
    """
    pdf = render_summary(published)
    target = out_dir / SUMMARY_NAME
    with whole_file(target) as draft:
        draft.write_bytes(pdf)
    return target
