"""The account of contract checks of one run: verdicts that are kept, and those formed anew.

A verdict holds for contents, contract and code. Where none of them has changed it is kept, with
its rows of ``evidence.contract_results`` and its page; that those are still what they were is
looked up, not remembered.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.tables import table as shaped
from pipelines.checks import CONTRACT_RESULTS, judge_by_counts, judge_table, named
from pipelines.data_docs import DataDocs
from pipelines.site.installed_code import foundation_hash
from warehouse.reading_files import READING_MONTHS, READINGS
from warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """What became of a table's contract, without the rows that say so rule by rule.

    Attributes:
        code: Hash of the code that judged, contracts included.
        fingerprint: Of the table judged.
        results: Hash of its rows in ``evidence.contract_results``.
        rules: Rules judged.
        failed: Those broken, named; empty where none is.
        rows: Rows of the table.
        judged_by: Whether rows or counts were judged.
    """

    code: str
    fingerprint: str
    results: str
    rules: int
    failed: str
    rows: int | None
    judged_by: str


class ContractAccount:
    """The verdicts of one run.

    Args:
        warehouse: Where the tables are.
        docs: Where results are kept for people.
        file: JSON file of the verdicts, beside the working warehouse; a spoilt one counts as none.
    """

    def __init__(self, warehouse: Warehouse, docs: DataDocs, file: Path) -> None:
        self._warehouse, self._docs, self._file = warehouse, docs, file
        self._found: dict[str, pl.DataFrame] = {}
        self._is_closed = False
        self._verdicts: dict[str, ContractVerdict] = {}
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            self._verdicts = {name: ContractVerdict(**each) for name, each in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._verdicts = {}

    def judged(self, table: str) -> tuple[ContractVerdict, bool]:
        """Judge a table, or keep its verdict.

        Args:
            table: ``schema.table``, as it is stored now.

        Returns:
            The verdict, and whether it is the one before. A broken contract is entered into the
            warehouse at once, for the run ends with it.
        """
        fingerprint, kept = self._fingerprint(table), self._kept(table)
        if kept is not None and kept.fingerprint == fingerprint:
            self._enter(table, self._before[table], is_urgent=False)
            return kept, True
        results, meta = self._judged_anew(table, is_known=kept is not None)
        failed = results.filter(~pl.col("is_passed"))
        verdict = ContractVerdict(
            code=foundation_hash(),
            fingerprint=fingerprint,
            results=_hash(results),
            rules=results.height,
            failed=named(failed),
            rows=meta["rows"],
            judged_by=meta["judged_by"],
        )
        self._verdicts[table] = verdict
        self._enter(table, results, is_urgent=not failed.is_empty())
        return verdict, False

    def closed(self, tables: Iterable[str]) -> pl.DataFrame:
        """Return ``evidence.contract_results`` of tables: this run's, else the last there are.

        What is judged afterwards enters the table by itself.
        """
        self._is_closed = True
        found = self._before | self._found
        kept = (found[name] for name in tables if name in found)
        return pl.concat([shaped(CONTRACT_RESULTS), *kept])

    def save(self) -> None:
        """Keep the verdicts, whole or not at all."""
        beside = self._file.with_suffix(".new")
        kept = {name: asdict(each) for name, each in sorted(self._verdicts.items())}
        beside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        beside.replace(self._file)

    @cached_property
    def _before(self) -> dict[str, pl.DataFrame]:
        """The rows of the table as it was before this run, by table judged."""
        if not self._warehouse.exists(CONTRACT_RESULTS):
            return {}
        rows = self._warehouse.read(CONTRACT_RESULTS).partition_by("table_name", as_dict=True)
        return {str(name): each for (name,), each in rows.items()}

    def _enter(self, table: str, rows: pl.DataFrame, *, is_urgent: bool) -> None:
        self._found[table] = rows
        if is_urgent or self._is_closed:
            self._warehouse.replace_where(CONTRACT_RESULTS, rows, column="table_name", value=table)

    def _judged_anew(self, table: str, *, is_known: bool) -> tuple[pl.DataFrame, dict[str, Any]]:
        """Judge a table: by counts alone where its rules were judged before and none is broken."""
        with self._warehouse.connection():
            counted = judge_by_counts(self._warehouse, table) if is_known else None
            if counted is not None:
                results, document = counted
                self._docs.keep_document(document)
                return results, document["meta"]
            judgement = judge_table(self._warehouse, table)
        self._docs.keep(judgement.validation)
        return judgement.results, judgement.validation.meta

    def _kept(self, table: str) -> ContractVerdict | None:
        """The verdict before, where all that says it is there and by today's code."""
        verdict, rows = self._verdicts.get(table), self._before.get(table)
        if verdict is None or rows is None or not self._docs.has_result(table):
            return None
        is_as_it_was = (verdict.code, verdict.results) == (foundation_hash(), _hash(rows))
        return verdict if is_as_it_was else None

    def _fingerprint(self, table: str) -> str:
        """Readings are a view over files named by content, which their months list."""
        listed = READING_MONTHS if table == READINGS else table
        return self._warehouse.state(listed).fingerprint


def _hash(results: pl.DataFrame) -> str:
    rows = sorted(map(repr, results.select(sorted(results.columns)).rows()))
    return sha256("\n".join(rows).encode()).hexdigest()
