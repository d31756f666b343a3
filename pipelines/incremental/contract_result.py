"""The contract check of a table, as Dagster is told of it."""

import dagster as dg

from data_contracts.errors import ContractError
from pipelines.data_docs import DataDocs
from pipelines.incremental.kept_work import KeptWork
from pipelines.io_managers import table_of

CONTRACT_CHECK = "contract"


def contract_result(context: dg.AssetExecutionContext, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Judge the table of an asset that is in place, or keep its verdict.

    Returns:
        A failed one ends the run after its step, and its examples are on pages already.
    """
    table = table_of(key)
    docs: DataDocs = context.resources.data_docs
    kept: KeptWork = context.resources.kept_work
    verdict, is_kept = kept.account.judged(table)
    is_refused = bool(verdict.failed)
    if is_refused:
        _build_early(context, docs)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CONTRACT_CHECK,
        passed=not is_refused,
        metadata={
            "rules": verdict.rules,
            "failed": verdict.failed or "none",
            "rows": verdict.rows,
            "judged by": verdict.judged_by,
            "verdict": "kept: table, contract and code are unchanged" if is_kept else "new",
            "data docs": dg.MetadataValue.path(str(docs.page(table, is_refused=is_refused))),
        },
    )


def _build_early(context: dg.AssetExecutionContext, docs: DataDocs) -> None:
    """Build the pages at once, beside what readers see: a broken contract ends the run."""
    try:
        docs.build(docs.refused_dir)
    except (ContractError, OSError) as error:  # the verdict counts more than its pages
        context.log.warning(f"The Data Docs could not be built: {error}")
