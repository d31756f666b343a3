"""The finished report: pages that lie in one folder, with ``report.html`` as their entry.

The same published warehouse always gives the same files. Pages of questions are rendered before the
first file is written, each file is put in place by a rename, and the entry comes last.
"""

import os
from pathlib import Path

from reports.pages.facts import Facts
from reports.pages.registry import ENTRY, PAGES_FOLDER
from reports.site.environment import Published, inlined
from reports.site.index_page import INDEX_NAME
from reports.site.kept_pages import write_folder
from reports.site.leaf_pages import leaf_pages
from reports.site.question_pages import PLOTLY_NAME, render_pages
from reports.whole_file import whole_file

REPORT_NAME = ENTRY


def write_report(
    published: Published,
    out_dir: Path,
    data_docs_dir: Path | None = None,
    before: Path | None = None,
) -> Path:
    """Write the pages of a report into a folder.

    Args:
        published: The published warehouse.
        out_dir: Folder, created when missing.
        data_docs_dir: Folder of the Data Docs; the report links to them where they are there.
        before: Folder of the report before; of batches and parameters, pages whose inputs have not
            changed are taken over from there.

    Returns:
        The entry's path.

    Raises:
        NothingClaimedError: The warehouse holds no claims; nothing is written.
    """
    from plotly.offline import get_plotlyjs

    documents = render_pages(published, data_docs=_way_to(data_docs_dir, out_dir))
    leaves = leaf_pages(Facts(published.query))
    for folder, drawings in leaves.folders.items():
        write_folder(out_dir / folder, drawings, before and before / folder)
    beside = {"style.css": inlined("style.css"), "script.js": inlined("script.js")}
    for file, text in (beside | {PLOTLY_NAME: get_plotlyjs(), INDEX_NAME: leaves.index}).items():
        _write(out_dir / file, text)
    for file, html in sorted(documents.items(), key=lambda each: each[0] == ENTRY):
        _write(out_dir / file, html)
    for left in (out_dir / PAGES_FOLDER).glob("*.html"):
        if f"{PAGES_FOLDER}/{left.name}" not in documents:
            left.unlink()
    return out_dir / ENTRY


def _write(target: Path, text: str) -> None:
    with whole_file(target) as draft:
        draft.write_text(text, encoding="utf-8")


def _way_to(data_docs_dir: Path | None, out_dir: Path) -> str | None:
    """Return the way from the report to the Data Docs, which holds wherever the home is moved."""
    if data_docs_dir is None or not (data_docs_dir / "index.html").is_file():
        return None
    return Path(os.path.relpath(data_docs_dir / "index.html", out_dir)).as_posix()
