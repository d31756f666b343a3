"""Brings the Data Docs of the run before up to date: new results get pages, others keep theirs.

The pages, their places and their contents are those ``site.build_site`` makes of the same project;
a page is named by the judgement it shows, so one that is there is the one that is wanted. Suites
are those of the site before: whoever calls this knows that no contract has changed.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from data_contracts.data_docs.index import About
from data_contracts.data_docs.pages import InertView, ResultPage
from data_contracts.data_docs.project import Project
from data_contracts.data_docs.site import put_whole, table_page, write_forwards, write_index

_RESULTS, _SUITES, _TABLES = "validations", "expectations", "tables"


class _Stored:
    """A kept result, as a page asks for it."""

    def __init__(self, file: Path) -> None:
        self._document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        self.suite_name: str = self._document["suite_name"]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the result as its file says it."""
        return self._document


def renew_site(project: Project, before: Path, site_dir: Path, about: About) -> Path:
    """Make the Data Docs of a project out of those of the run before.

    Args:
        project: Suites and results.
        before: Folder of the site before, whose suites are the project's.
        site_dir: Folder of the new site; what is there is replaced once the site is complete.
        about: What the first page says of the run.

    Returns:
        The first page.
    """

    def write(draft: Path) -> None:
        shutil.copytree(before / _SUITES, draft / _SUITES)
        view, shown = InertView(), ResultPage()
        results = project.folder / "uncommitted" / _RESULTS
        for file in project.result_files():
            place = Path(_RESULTS, file.relative_to(results)).with_suffix(".html")
            page, old = shown.render(_Stored(file)), before / place
            (draft / place).parent.mkdir(parents=True, exist_ok=True)
            if old.is_file():
                shutil.copyfile(old, draft / place)
            else:
                (draft / place).write_text(view.render(page), encoding="utf-8")
        pages = [{**page, "link": table_page(page["name"])} for page in shown.pages]
        write_index(draft, _suites(project), pages, about)
        write_forwards(draft)

    return put_whole(site_dir, write)


def _suites(project: Project) -> dict[str, int]:
    """Number of rules by suite."""
    read = [json.loads(file.read_text(encoding="utf-8")) for file in project.suite_files()]
    return {suite["name"]: len(suite["expectations"]) for suite in read}
