"""Contract checks, built from the contracts: what is stored, and what was delivered.

What a table must satisfy is said in its contract and judged by great_expectations in
``data_contracts.quality.expectations``. Here belongs which rows are judged, and the check of what
was delivered. A table is judged in the step that writes it (``incremental.steps``): one that breaks
its contract blocks; records refused at the gate are told.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl

from assets.defs import asset_key
from data_contracts.catalogue import contract, contract_names
from data_contracts.tables import table as shaped
from pipelines.data_docs import ROWS_JUDGED_ONE_BY_ONE, DataDocs
from pipelines.io_managers import table_of
from pipelines.site.installed_code import foundation_hash
from warehouse.store import Warehouse

if TYPE_CHECKING:
    from data_contracts.quality.expectations import JudgedTable

# What people delivered is judged row by row. Everything computed here is counted: a hundred small
# tables would take a quarter of a minute for what one scan each answers.
DELIVERED = ("raw.", "core.")
DELIVERY_CHECK = "delivery"
CONTRACT_RESULTS = "evidence.contract_results"
ACCOUNTS = ("quarantine.records", "evidence.ingestion")


def judge_table(
    warehouse: Warehouse, table: str, most_rows: int = ROWS_JUDGED_ONE_BY_ONE
) -> "JudgedTable":
    """Judge a stored table against its contract.

    Args:
        warehouse: Where the table is.
        table: ``schema.table``.
        most_rows: Rows up to which rows are judged themselves: those of delivered tables, and
            those of a table whose counts show that a rule is broken, for the sake of examples.

    Returns:
        The judgement; its ``results`` have the shape of ``evidence.contract_results``.
    """
    from data_contracts.quality.expectations import counting_sql, judge, judge_counts

    described = contract(table)
    rows = warehouse.query(f"SELECT count(*) AS n FROM {table}").item()
    is_small = rows <= most_rows
    if is_small and table.startswith(DELIVERED):
        return judge(warehouse.read(table), described)
    counted = judge_counts(warehouse.query(counting_sql(described)), described, rows)
    if is_small and not counted.validation.success:
        return judge(warehouse.read(table), described)
    return counted


def judge_by_counts(
    warehouse: Warehouse, table: str, most_rows: int = ROWS_JUDGED_ONE_BY_ONE
) -> tuple[pl.DataFrame, dict[str, Any]] | None:
    """Judge a stored table by counts alone, for one whose rules were judged before.

    Args:
        warehouse: Where the table is.
        table: ``schema.table``.
        most_rows: As in :func:`judge_table`.

    Returns:
        The rows of ``evidence.contract_results`` that :func:`judge_table` gives, and the result to
        keep; None where a rule is broken, which is for great_expectations to say, with examples.
    """
    from data_contracts.quality.counted import (
        columns_rule,
        counted_document,
        counted_rules,
        result,
    )
    from data_contracts.quality.table_rules import counting_sql

    described = contract(table)
    if warehouse.query(f"FROM {table} LIMIT 0").columns != list(described.column_names):
        return None
    rows = warehouse.query(f"SELECT count(*) AS n FROM {table}").item()
    rules = counted_rules(warehouse.query(counting_sql(described)), described)
    if table.startswith(DELIVERED) and rows <= most_rows:
        columns = len(described.column_names)
        rules.insert(0, result(described, columns_rule(described), columns, 0))
    results = shaped(CONTRACT_RESULTS, rules)
    if not results["is_passed"].all():
        return None
    return results, counted_document(described, rules, rows)


def delivery_check() -> dg.AssetChecksDefinition:
    """Build the check that tells, of every raw table, which records of the delivery were refused.

    It blocks nothing: how many records may be refused is decided before anything is written.
    """
    specs = [
        dg.AssetCheckSpec(
            DELIVERY_CHECK,
            asset=asset_key(table),
            additional_deps=[asset_key(name) for name in ACCOUNTS],
            description=f"No record delivered for {table} was refused.",
        )
        for table in contract_names("raw")
    ]

    @dg.multi_asset_check(
        name=DELIVERY_CHECK, specs=specs, required_resource_keys={"warehouse", "data_docs"}
    )
    def _check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        checked = {table_of(spec.asset_key): spec.asset_key for spec in specs}
        docs: DataDocs = context.resources.data_docs
        for table, name, meta in judge_delivery(context.resources.warehouse, docs):
            if table in checked:
                yield _delivery_result(checked[table], meta, docs.page(name))

    return _check


def judge_delivery(
    warehouse: Warehouse, docs: DataDocs
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Judge what was delivered for every raw table by what was refused of it, and keep the results.

    Where the same records were refused as at the last judgement, by the same code, its result
    stands for this account too.

    Yields:
        ``raw.<table>``, the name of its suite, and what the result says in its ``meta``.
    """
    from data_contracts.data_docs.refused import judge_refused, received_name, with_account

    refused, accounts = (warehouse.read(name) for name in ACCOUNTS)
    for account in accounts.iter_rows(named=True):
        described = contract(account["table_name"])
        own = refused.filter(pl.col("table_name") == described.name).head(ROWS_JUDGED_ONE_BY_ONE)
        asked = _refused_hash(own)
        told = {name: account[name] for name in ("received", "accepted", "quarantined")}
        name = received_name(described)
        before = docs.document(name)
        if before is not None and before["meta"].get("asked") == asked:
            document = with_account(before, told)
            if document != before:
                docs.keep_document(document)
            yield described.name, name, document["meta"]
            continue
        validation = judge_refused(own, described, told)
        validation.meta = {**validation.meta, "asked": asked}
        docs.keep(validation)
        yield described.name, name, validation.meta


def _refused_hash(refused: pl.DataFrame) -> str:
    """What the judgement of refused records depends on: what they said, and the code."""
    said = refused.select(contract("quarantine.records").compared_columns)
    rows = sorted(map(repr, said.rows()))
    return sha256("\n".join([foundation_hash(), *rows]).encode()).hexdigest()


def _delivery_result(key: dg.AssetKey, meta: dict[str, Any], page: Any) -> dg.AssetCheckResult:
    failed = pl.DataFrame([rule for rule in meta["rules"] if not rule["is_passed"]])
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=DELIVERY_CHECK,
        passed=meta["quarantined"] == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "failed": named(failed) or "none",
            "received": meta["received"],
            "refused": meta["quarantined"],
            "data docs": dg.MetadataValue.path(str(page)),
        },
    )


def named(failed: pl.DataFrame) -> str:
    """Name the rules broken, with their columns and how many rows break each."""
    return ", ".join(
        f"{row['rule']} on {row['column_name']} ({row['failed']} of {row['checked']})"
        for row in failed.iter_rows(named=True)
    )
