"""What a run keeps of its judgements for people: a great_expectations project and its Data Docs.

Here belongs the resource through which checks hand over what they judged, and the asset that builds
the pages. Suites, results and pages are ``data_contracts.data_docs``' business, their places the
warehouse's.
"""

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg

from assets.run_settings import RunSettings
from data_contracts.catalogue import contract, contract_names, described_names
from pipelines.site.installed_code import foundation_hash
from reports.defs import DRAFT_KEY
from warehouse.paths import Home
from warehouse.published_copy.release import released

DATA_DOCS_KEY = dg.AssetKey(["report", "data_docs"])
# Rows of delivered tables are judged themselves up to here: 50,000 cost a tenth of a second, and
# pandas takes about a kilobyte a row. Beyond, DuckDB counts what breaks each rule in one pass.
ROWS_JUDGED_ONE_BY_ONE = 100_000
BUILT_BY = "built_by.txt"  # hash of the code that made the pages


class DataDocs:
    """The suites, results and pages of one run.

    Args:
        home: The runtime home.
        settings: The run's request.

    Attributes:
        site_dir: Folder of the pages readers see.
        refused_dir: Folder of the pages of a run that publishes nothing.
        settings: The run's request.
    """

    def __init__(self, home: Home, settings: RunSettings) -> None:
        self.site_dir = home.data_docs_dir
        self.refused_dir = home.refused_docs_dir(settings.source_key)
        self._home = home
        self._root = home.work_dir(settings.source_key)
        self.settings = settings

    @cached_property
    def _project(self) -> Any:
        from data_contracts.data_docs.project import Project

        return Project(self._root)

    def keep(self, validation: Any) -> None:
        """Keep a validation result in place of the earlier one of its suite."""
        now = datetime.now(UTC).replace(tzinfo=None)
        self._project.keep_result(validation, self.settings.run_id, now)

    def keep_document(self, document: dict[str, Any]) -> None:
        """Keep a result given as the JSON of its file, judged now."""
        now = datetime.now(UTC).replace(tzinfo=None)
        self._project.keep_document(document, self.settings.run_id, now)

    def document(self, name: str) -> dict[str, Any] | None:
        """Return the kept result of a suite as the JSON of its file; None where there is none."""
        found: dict[str, Any] | None = self._project.document(name)
        return found

    def has_result(self, name: str) -> bool:
        """Tell whether a result of a suite is kept."""
        return bool(self._project.has_result(name))

    def page(self, name: str, *, is_refused: bool = False) -> Path:
        """Return where the page of a suite's latest result stands once the pages are built.

        Args:
            name: ``schema.table``, or ``received.table`` for the records as delivered.
            is_refused: Whether the run publishes nothing, because a table breaks its contract.
        """
        from data_contracts.data_docs.site import table_page

        site_dir = self.refused_dir if is_refused else self.site_dir
        return (site_dir / table_page(name)).absolute()

    def renew(self, site_dir: Path) -> Path:
        """Bring the published pages up to date in another folder, or build all anew.

        Those of another source, or of other code, are not gone on with.
        """
        from data_contracts.data_docs.renewal import renew_site

        published = released(self._home)
        of_source = published.published_source_file
        is_own = (
            of_source.is_file() and of_source.read_text("utf-8").strip() == self.settings.source_key
        )
        mark = published.data_docs_dir / BUILT_BY
        is_current = mark.is_file() and mark.read_text("utf-8") == foundation_hash()
        if is_own and is_current:
            first = renew_site(self._project, mark.parent, site_dir, self._about())
        else:
            first = self.build(site_dir)
        (site_dir / BUILT_BY).write_text(foundation_hash(), encoding="utf-8")
        return first

    def build(self, site_dir: Path) -> Path:
        """Write every suite and build the pages anew in place of those before.

        Args:
            site_dir: Folder of the pages.

        Returns:
            The first page.

        Raises:
            ContractError: A page could not be made; the pages are then as they were.
        """
        from data_contracts.data_docs.refused import received_suite
        from data_contracts.data_docs.site import build_site
        from data_contracts.quality.suites import contract_suite

        suites = [contract_suite(contract(name)) for name in contract_names()]
        suites += [received_suite(contract(name)) for name in described_names("raw")]
        self._project.keep_suites(suites)
        return build_site(self._project, site_dir, self._about())

    def _about(self) -> Any:
        from data_contracts.data_docs.index import About

        return About(
            self.settings.profile.name,
            self.settings.run_id,
            self._project.folder.relative_to(self._home.root).as_posix(),
            ROWS_JUDGED_ONE_BY_ONE,
        )


@dg.resource(required_resource_keys={"home", "run_settings"})
def data_docs_resource(context: dg.InitResourceContext) -> DataDocs:
    """What this run keeps of its judgements."""
    return DataDocs(context.resources.home, context.resources.run_settings)


@dg.asset(
    key=DATA_DOCS_KEY,
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"data_docs", "warehouse"},
    description="What every table was held to and what broke it, with examples: static pages.",
)
def data_docs(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Build the Data Docs of everything judged."""
    docs: DataDocs = context.resources.data_docs
    first = docs.renew(context.resources.warehouse.release_in_hand().data_docs_dir)
    place = docs.site_dir.absolute() / first.name
    return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(place))})
