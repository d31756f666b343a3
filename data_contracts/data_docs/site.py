"""Builds the Data Docs with great_expectations' site builder, whole or not at all.

Here belong the pages' places: ``index.html``, ``expectations/`` and ``validations/`` where whoever
knows great_expectations looks for them, and ``tables/<table>.html``, an address that stays while
results come and go. Only the latest site is kept.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data_contracts.data_docs.index import About, index_page
from data_contracts.data_docs.pages import InertView, environment
from data_contracts.data_docs.project import Project
from data_contracts.errors import ContractError

INDEX_NAME = "index.html"
_PAGES = "data_contracts.data_docs.pages"
_VIEW = {"module_name": _PAGES, "class_name": "InertView"}


def table_page(name: str) -> str:
    """Return where a table's latest result is found, from the site's first page.

    Args:
        name: Name of a suite: ``schema.table`` or ``received.table``.
    """
    return f"tables/{name}.html"


def build_site(project: Project, site_dir: Path, about: About) -> Path:
    """Build the Data Docs of a project in place of those before.

    Args:
        project: Suites and results.
        site_dir: Folder of the site; what is there is replaced once the new site is complete.
        about: What the first page says of the run.

    Returns:
        The first page.

    Raises:
        ContractError: A page could not be made.
    """
    return put_whole(site_dir, lambda draft: _write(project, draft, about))


def put_whole(site_dir: Path, write: Callable[[Path], None]) -> Path:
    """Write a site beside the one before, put it in its place once it is complete.

    Args:
        site_dir: Folder of the site.
        write: Writes the site into an empty folder.

    Returns:
        The first page.
    """
    draft, before = (site_dir.with_name(f".{site_dir.name}-{use}") for use in ("draft", "before"))
    _remove(draft, before)  # what a run that was stopped here has left
    draft.mkdir(parents=True)
    try:
        write(draft)
        _put_in_place(draft, site_dir, before)
    finally:
        _remove(draft, before)
    return site_dir / INDEX_NAME


def _write(project: Project, draft: Path, about: About) -> None:
    builder = _builder(project, draft)
    for section in builder.site_section_builders.values():
        section.build()
    results = builder.site_section_builders["validations"].renderer_class.pages
    suites = builder.site_section_builders["expectations"].renderer_class.suites
    _require_all(draft, len(suites), len(results), project)
    pages = [{**page, "link": table_page(page["name"])} for page in results]
    write_index(draft, suites, pages, about)
    write_forwards(draft)


def write_index(
    draft: Path, suites: Mapping[str, int], pages: Sequence[Mapping[str, Any]], about: About
) -> None:
    """Write the first page.

    Args:
        draft: Folder of the site.
        suites: Number of rules by suite.
        pages: What each result's page shows, with its ``link``.
        about: What is said of the run.
    """
    first = index_page(suites, pages, about) | {"version": version("great_expectations")}
    (draft / INDEX_NAME).write_text(InertView().render(first), encoding="utf-8")


def _builder(project: Project, draft: Path) -> Any:
    from great_expectations.render.renderer.site_builder import SiteBuilder

    sections = {
        name: {"renderer": {"module_name": _PAGES, "class_name": page}, "view": _VIEW}
        for name, page in (("expectations", "SuitePage"), ("validations", "ResultPage"))
    }
    return SiteBuilder(
        data_context=project.context,
        store_backend={
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(draft.resolve()),
        },
        site_name="lotwise",
        show_how_to_buttons=False,
        site_section_builders={**sections, "profiling": "None"},
    )


def _require_all(draft: Path, suites: int, results: int, project: Project) -> None:
    """Check that every page is there: the site builder only logs what it could not make."""
    wanted = {
        "expectations": len(project.context.expectations_store.list_keys()),
        "validations": len(project.context.validation_results_store.list_keys()),
    }
    made = {name: len([*(draft / name).rglob("*.html")]) for name in wanted}
    if made != wanted or (suites, results) != (*wanted.values(),):
        raise ContractError(
            f"The Data Docs could not be built: of {wanted} pages {made} were made from "
            f"{project.folder}. Remove that folder and run again."
        )


def write_forwards(draft: Path) -> None:
    """Give each result an address that stays: the site builder's own has the instant in it."""
    template = environment().get_template("forward.html.j2")
    (draft / "tables").mkdir(exist_ok=True)
    for page in sorted((draft / "validations").rglob("*.html")):
        place = page.relative_to(draft)
        name = ".".join(place.parts[1:-3])
        text = template.render(name=name, target=f"../{place.as_posix()}")
        (draft / table_page(name)).write_text(text, encoding="utf-8")


def _put_in_place(draft: Path, site_dir: Path, before: Path) -> None:
    """Rename the site before away and the new one into its place."""
    if site_dir.exists():
        site_dir.rename(before)
    try:
        draft.rename(site_dir)
    except OSError:
        if before.exists():
            before.rename(site_dir)
        raise


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
