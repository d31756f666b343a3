"""The index: every page of the report in one list that searches and sorts without a server."""

from dataclasses import dataclass

from reports.pages.registry import PAGES, PAGES_BESIDE
from reports.site.batch_page import BATCHES_FOLDER, PARAMETERS_FOLDER
from reports.site.batch_records import Bundle
from reports.site.environment import environment, inlined
from reports.site.file_names import file_name

INDEX_NAME = "index.html"


@dataclass(frozen=True)
class Entry:
    """One line of the index.

    Attributes:
        name: What people look for.
        href: Way to its page from the report's folder.
        kind: ``batch``, ``parameter`` or ``question``.
        about: What it says in a few words.
        when: When a batch was started, a date; else empty.
    """

    name: str
    href: str
    kind: str
    about: str
    when: str = ""


def entries(batches: dict[str, Bundle], parameters: dict[str, Bundle]) -> list[Entry]:
    """Return the lines of the index: questions, batches latest first, parameters by name."""
    found = [
        Entry(page.question, page.file, "question", page.reader) for page in (*PAGES, *PAGES_BESIDE)
    ]
    for batch, bundle in reversed(batches.items()):
        own = bundle["batch"]
        leading = [row["title"] for row in bundle["lines"] if row["contribution"] > 0][:1]
        said = [bundle["reason"], own["product"], own["line"] and f"line {own['line']}"]
        about = ", ".join(str(part) for part in (*said, *leading) if part)
        when = own["started_at"].strftime("%Y-%m-%d") if own["started_at"] else ""
        found.append(Entry(batch, f"{BATCHES_FOLDER}/{file_name(batch)}", "batch", about, when))
    for name, bundle in parameters.items():
        titles = list(dict.fromkeys(row["title"] for row in bundle["features"]))
        led = bundle["led"]
        about = f"leads in {len(led)} batches; {titles[0]}" if led else titles[0]
        href = f"{PARAMETERS_FOLDER}/{file_name(name)}"
        found.append(Entry(name, href, "parameter", about))
    return found


def render_index(batches: dict[str, Bundle], parameters: dict[str, Bundle]) -> str:
    """Render the index."""
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            entries=entries(batches, parameters),
            numbers={"batches": len(batches), "parameters": len(parameters)},
            script=inlined("index.js"),
            charts=[],
            root="",
        )
    )
