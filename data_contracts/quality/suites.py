"""The only use of great_expectations: one ephemeral context, suites run over frames in memory.

Here belong the translation of a contract's rules into expectations and the running of them. The
context lives as long as the process and sends nothing anywhere. The import costs seconds and
happens when the first suite runs; what is judged, and what becomes of it, is in ``expectations``.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.quality.table_rules import RANGE, REQUIRED, UNIQUE_KEY, VALID_VALUES, TableRule


def columns_in_order(names: Sequence[str]) -> Any:
    """Return the expectation that a table has exactly these columns, in this order."""
    return _expectations().ExpectTableColumnsToMatchOrderedList(column_list=list(names))


def none_of(column: str) -> Any:
    """Return the expectation that a column of counts is zero throughout."""
    return _expectations().ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=0)


def expectation(rule: TableRule, contract: Contract) -> Any:
    """Return the expectation on rows that a rule of a contract stands for.

    Args:
        rule: A rule on values or on the unique key; conditions between columns are counted.
        contract: The contract the rule is of.
    """
    gxe = _expectations()
    if rule.rule == UNIQUE_KEY:
        if len(rule.columns) > 1:
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=list(rule.columns), ignore_row_if="never"
            )
        return gxe.ExpectColumnValuesToBeUnique(column=rule.columns[0])
    column = contract.column(rule.columns[0])
    if rule.rule == REQUIRED:
        return gxe.ExpectColumnValuesToNotBeNull(column=column.name)
    if rule.rule == RANGE:
        return gxe.ExpectColumnValuesToBeBetween(
            column=column.name, min_value=column.minimum, max_value=column.maximum
        )
    if rule.rule == VALID_VALUES:
        return gxe.ExpectColumnValuesToBeInSet(
            column=column.name, value_set=list(column.valid_values)
        )
    return gxe.ExpectColumnValuesToMatchRegex(column=column.name, regex=f"^(?:{column.pattern})$")


def validate(frame: pl.DataFrame, expected: Sequence[Any], form: str | dict[str, Any]) -> list[Any]:
    """Run expectations over a frame.

    Args:
        frame: What is judged.
        expected: The expectations.
        form: How much each result should tell, in great_expectations' terms (``result_format``).

    Returns:
        great_expectations' results, in the order of the expectations.

    Raises:
        ContractError: An expectation could not be judged, as on text where numbers should be; a
            failure to judge never passes for a verdict.
    """
    decimals = [name for name, dtype in frame.schema.items() if dtype.is_decimal()]
    rows = frame.with_columns(pl.col(decimals).cast(pl.Float64)).to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # great_expectations' and pandas' own, about each other
        batch = _whole_frame().get_batch({"dataframe": rows})
        for order, one in enumerate(expected):
            one.meta = {"order": order}
        results = batch.validate(
            _great_expectations().ExpectationSuite(name="contract", expectations=expected),
            result_format=form,
        ).results
    _require_judged(results)
    return sorted(results, key=lambda result: result.expectation_config.meta["order"])


def _require_judged(results: Sequence[Any]) -> None:
    for result in results:
        told = result.exception_info
        if "raised_exception" not in told:  # then one entry per metric that could not be computed
            message = next(iter(told.values()))["exception_message"]
            config = result.expectation_config
            raise ContractError(
                f"{config.type} could not be judged on {config.kwargs}: {message}. "
                "The frame has other types than its contract."
            )


@cache
def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings(), _without("pyspark"):
        warnings.simplefilter("ignore")
        import great_expectations

        return great_expectations


@contextmanager
def _without(library: str) -> Iterator[None]:
    """Let an optional library seem not installed unless it is loaded already.

    What is judged here are frames in memory, yet great_expectations loads all of Spark's client
    where there is one: a quarter of its import.
    """
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[library]


@cache
def _expectations() -> Any:
    _great_expectations()
    import great_expectations.expectations

    return great_expectations.expectations


@cache
def _whole_frame() -> Any:
    """The one batch definition every frame is judged through."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")
