"""A great_expectations project on disk: the suites of all tables and the latest result of each.

Here belongs the file-backed context. Whoever knows great_expectations opens it with
``gx.get_context(mode="file", project_root_dir=...)`` and finds a suite per table under
``gx/expectations`` and what became of it under ``gx/uncommitted/validations``.
"""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from data_contracts.quality.library import great_expectations_library

RUN_NAME = "latest"
JUDGED_AT = "%Y-%m-%d %H:%M UTC"
# No plugins folder: what lies in a home must not become importable.
CONFIGURATION = """\
config_version: 4
analytics_enabled: false
plugins_directory:
config_variables_file_path:
stores:
  expectations_store:
    class_name: ExpectationsStore
    store_backend:
      class_name: TupleFilesystemStoreBackend
      base_directory: expectations/
      suppress_store_backend_id: true
  validation_results_store:
    class_name: ValidationResultsStore
    store_backend:
      class_name: TupleFilesystemStoreBackend
      base_directory: uncommitted/validations/
      suppress_store_backend_id: true
  checkpoint_store:
    class_name: CheckpointStore
    store_backend:
      class_name: TupleFilesystemStoreBackend
      base_directory: checkpoints/
      suppress_store_backend_id: true
  validation_definition_store:
    class_name: ValidationDefinitionStore
    store_backend:
      class_name: TupleFilesystemStoreBackend
      base_directory: validation_definitions/
      suppress_store_backend_id: true
expectations_store_name: expectations_store
validation_results_store_name: validation_results_store
checkpoint_store_name: checkpoint_store
data_docs_sites: {}
"""


class Project:
    """The suites and results of one source.

    Args:
        root: Folder in which the project's folder ``gx`` lies or is made.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def folder(self) -> Path:
        """Folder of the project."""
        return self.root / "gx"

    @cached_property
    def context(self) -> Any:
        """great_expectations' file-backed context."""
        configuration = self.folder / "great_expectations.yml"
        if not configuration.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            configuration.write_text(CONFIGURATION, encoding="utf-8")
        return great_expectations_library().get_context(
            mode="file", context_root_dir=str(self.folder)
        )

    def keep_suites(self, suites: Iterable[Any]) -> None:
        """Keep suites in place of all that were there, and forget results of suites that are not.

        Args:
            suites: great_expectations' suites, each under its name.
        """
        shutil.rmtree(self.folder / "expectations", ignore_errors=True)
        store, names = self.context.expectations_store, set()
        for suite in suites:
            store.set(store.get_key(name=suite.name), suite)
            names.add(suite.name)
        for key in self.context.validation_results_store.list_keys():
            if key.expectation_suite_identifier.name not in names:
                shutil.rmtree(self._results_dir(key.expectation_suite_identifier.name))

    def keep_result(self, validation: Any, run_id: str, judged_at: datetime) -> None:
        """Keep a validation result in place of the earlier one of the same suite.

        Args:
            validation: What a suite's running gave; its ``meta`` says whether rows or counts were
                judged.
            run_id: The run that judged.
            judged_at: Instant of the judgement, UTC.
        """
        from great_expectations.core.run_identifier import RunIdentifier
        from great_expectations.data_context.types.resource_identifiers import (
            ExpectationSuiteIdentifier,
            ValidationResultIdentifier,
        )

        name, at = validation.suite_name, judged_at.replace(tzinfo=UTC)
        shutil.rmtree(self._results_dir(name), ignore_errors=True)
        run = RunIdentifier(run_name=RUN_NAME, run_time=at)
        validation.meta = {
            **validation.meta,
            "run_id": run,
            "lotwise_run_id": run_id,
            "judged_at": at.strftime(JUDGED_AT),
        }
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(name),
            run_id=run,
            batch_identifier=validation.meta["judged_by"],
        )
        self.context.validation_results_store.set(key, validation)

    def keep_document(self, document: dict[str, Any], run_id: str, judged_at: datetime) -> None:
        """Keep a validation result given as the JSON of its file, as :meth:`keep_result` keeps one.

        Args:
            document: A result of a suite that is kept; see ``quality.counted``.
            run_id: The run that judged.
            judged_at: Instant of the judgement, UTC.
        """
        name, at = document["suite_name"], judged_at.replace(tzinfo=UTC)
        said = {
            **document["meta"],
            "run_id": {"run_name": RUN_NAME, "run_time": at.isoformat()},
            "lotwise_run_id": run_id,
            "judged_at": at.strftime(JUDGED_AT),
        }
        shutil.rmtree(self._results_dir(name), ignore_errors=True)
        place = self._results_dir(name) / RUN_NAME / at.strftime("%Y%m%dT%H%M%S.%fZ")
        place.mkdir(parents=True)
        file = place / f"{said['judged_by']}.json"
        text = json.dumps({**document, "meta": said}, indent=2, sort_keys=True)
        file.write_text(text, encoding="utf-8")

    def document(self, suite_name: str) -> dict[str, Any] | None:
        """Return the kept result of a suite as the JSON of its file; None where there is none."""
        for file in self._results_dir(suite_name).rglob("*.json"):
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return found
        return None

    def result_files(self) -> list[Path]:
        """Return the files of every kept result."""
        return sorted(self._validations.rglob("*.json"))

    def suite_files(self) -> list[Path]:
        """Return the files of every suite."""
        return sorted((self.folder / "expectations").rglob("*.json"))

    def has_result(self, suite_name: str) -> bool:
        """Tell whether a result of a suite is kept."""
        return any(self._results_dir(suite_name).rglob("*.json"))

    def _results_dir(self, suite_name: str) -> Path:
        return self._validations.joinpath(*suite_name.split("."))

    @property
    def _validations(self) -> Path:
        return self.folder / "uncommitted" / "validations"
