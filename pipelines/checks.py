"""Blocking contract checks, one per table, built by one factory from the contracts.

What a table must satisfy is said in its contract and judged by great_expectations in
``data_contracts.quality.expectations``. Here belongs only the wiring: which rows are judged, what
blocks, and where the verdicts are kept (``evidence.contract_results``).
"""

from collections.abc import Iterable

import dagster as dg
import polars as pl

from data_contracts.catalogue import contract
from pipelines.io_managers import table_of
from warehouse.store import Warehouse

# What people delivered is judged row by row while it is small. Beyond this, and for everything
# computed here, DuckDB counts in one pass and great_expectations judges the counts: pandas would
# take gigabytes, and seventy small tables a quarter of a minute, for what one scan answers.
ROWS_JUDGED_ONE_BY_ONE = 5_000
DELIVERED = ("raw.", "core.")


def judge_table(warehouse: Warehouse, table: str) -> pl.DataFrame:
    """Judge a stored table against its contract.

    Returns:
        One row per rule of the contract, in the shape of ``evidence.contract_results``.
    """
    from data_contracts.quality.expectations import counting_sql, judge, judge_counts

    described = contract(table)
    if table.startswith(DELIVERED):
        rows = warehouse.query(f"SELECT count(*) AS n FROM {table}").item()
        if rows <= ROWS_JUDGED_ONE_BY_ONE:
            return judge(warehouse.read(table), described)
    return judge_counts(warehouse.query(counting_sql(described)), described)


def contract_check(key: dg.AssetKey) -> dg.AssetChecksDefinition:
    """Build the blocking check that holds one asset to its contract."""
    table = table_of(key)

    @dg.asset_check(
        asset=key,
        name="contract",
        blocking=True,
        required_resource_keys={"warehouse"},
        description=f"{table} satisfies its data contract.",
    )
    def _check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        warehouse: Warehouse = context.resources.warehouse
        with warehouse.connection():
            results = judge_table(warehouse, table)
            warehouse.replace_where(
                "evidence.contract_results", results, column="table_name", value=table
            )
        failed = results.filter(~pl.col("is_passed"))
        return dg.AssetCheckResult(
            passed=failed.is_empty(),
            metadata={
                "rules": results.height,
                "failed": ", ".join(failed["rule"].to_list()) or "none",
            },
        )

    return _check


def contract_checks(keys: Iterable[dg.AssetKey]) -> list[dg.AssetChecksDefinition]:
    """Build one blocking contract check per asset key that is a table."""
    return [contract_check(key) for key in sorted(keys, key=table_of)]
