"""Judges stored tables against their contracts with great_expectations.

Here belongs the only use of great_expectations: suites generated from contracts, run in one
ephemeral context that lives as long as the process and sends nothing anywhere. Small tables are
judged row by row; of large ones, the counts DuckDB made with ``counting_sql``. The import costs
seconds and happens when the first table is judged.
"""

import os
import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.table_rules import (
    COLUMNS,
    PATTERN,
    RANGE,
    REQUIRED,
    UNIQUE_KEY,
    VALID_VALUES,
    TableRule,
    counting_sql,
    table_rules,
)

__all__ = ["counting_sql", "judge", "judge_counts"]

SEVERITY = "error"  # a broken contract blocks what is downstream; nothing here is a mere warning
RESULT_SCHEMA = {
    "table_name": pl.String(),
    "rule": pl.String(),
    "column_name": pl.String(),
    "checked": pl.Int64(),
    "failed": pl.Int64(),
    "is_passed": pl.Boolean(),
    "severity": pl.String(),
    "detail": pl.String(),
}
ROW_BY_ROW = frozenset({REQUIRED, RANGE, VALID_VALUES, PATTERN, UNIQUE_KEY})


def judge(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Judge the rows of a table.

    Args:
        frame: The table, whole.
        contract: What it should be.

    Returns:
        One row per rule: table_name, rule, column_name, checked (rows or, for rules on values,
        values given), failed, is_passed, severity, detail. Rules on a column the frame does not
        have are left to the failed rule ``columns``.
    """
    rules = [rule for rule in table_rules(contract) if set(rule.columns) <= set(frame.columns)]
    on_rows = [rule for rule in rules if rule.rule in ROW_BY_ROW]
    judged = [_judged_columns(frame, contract)]
    if on_rows:
        failed = _failed_by_row(frame, on_rows, contract)
        judged += [_result(contract, rule, _checked(frame, rule), n) for rule, n in failed]
    counts = [(rule, frame.height, _broken(frame, rule)) for rule in rules if rule not in on_rows]
    return pl.DataFrame(
        [*judged, *_judged_counts(contract, counts)], schema=RESULT_SCHEMA, orient="row"
    )


def judge_counts(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Judge a table by the counts of ``counting_sql``.

    Args:
        frame: The one row that query gave.
        contract: What the counted table should be.

    Returns:
        One row per rule, as ``judge`` returns them, but for the presence and order of columns.
    """
    counts = [
        (rule, frame[f"{rule.label}|checked"].item(), frame[f"{rule.label}|failed"].item())
        for rule in table_rules(contract)
    ]
    return pl.DataFrame(_judged_counts(contract, counts), schema=RESULT_SCHEMA, orient="row")


def _result(contract: Contract, rule: TableRule, checked: int, failed: int) -> tuple[Any, ...]:
    detail = rule.description if failed == 0 else f"broken in {failed} of {checked}"
    if failed:
        detail = f"{detail}: should be that {rule.description}"
    return (
        contract.name,
        rule.rule,
        rule.column_name,
        checked,
        failed,
        failed == 0,
        SEVERITY,
        detail,
    )


def _judged_columns(frame: pl.DataFrame, contract: Contract) -> tuple[Any, ...]:
    gxe = _expectations()
    names = list(contract.column_names)
    expected = gxe.ExpectTableColumnsToMatchOrderedList(column_list=names)
    (result,) = _validate(frame.head(0), [expected], "BOOLEAN_ONLY")
    rule = TableRule(COLUMNS, ("*",), "", "the columns are the contract's, in its order")
    misplaced = 0 if result.success else _misplaced(frame, names)
    return _result(contract, rule, max(len(names), frame.width), misplaced)


def _misplaced(frame: pl.DataFrame, names: list[str]) -> int:
    matching = sum(a == b for a, b in zip(frame.columns, names, strict=False))
    return max(len(names), frame.width) - matching


def _failed_by_row(
    frame: pl.DataFrame, rules: list[TableRule], contract: Contract
) -> list[tuple[TableRule, int]]:
    """Return how many rows break each rule; failures are counted only where there are any."""
    expected = [_expectation(rule, contract) for rule in rules]
    passed = [result.success for result in _validate(frame, expected, "BOOLEAN_ONLY")]
    broken = [one for one, is_passed in zip(expected, passed, strict=True) if not is_passed]
    counted = iter(_validate(frame, broken, "BASIC") if broken else [])
    return [
        (rule, 0 if is_passed else next(counted).result["unexpected_count"])
        for rule, is_passed in zip(rules, passed, strict=True)
    ]


def _checked(frame: pl.DataFrame, rule: TableRule) -> int:
    if rule.rule in (RANGE, VALID_VALUES, PATTERN):
        return frame.height - frame[rule.columns[0]].null_count()
    return frame.height


def _broken(frame: pl.DataFrame, rule: TableRule) -> int:
    return int(frame.select(pl.sql_expr(rule.condition).fill_null(False).sum()).item())


def _judged_counts(
    contract: Contract, counts: list[tuple[TableRule, int, int]]
) -> list[tuple[Any, ...]]:
    """Let great_expectations judge that no rule was broken, all rules in one small frame."""
    if not counts:
        return []
    frame = pl.DataFrame(
        {"rule": [rule.label for rule, _, _ in counts], "failed": [n for _, _, n in counts]}
    )
    none_failed = _expectations().ExpectColumnValuesToBeBetween(
        column="failed", min_value=0, max_value=0
    )
    (result,) = _validate(
        frame,
        [none_failed],
        {"result_format": "COMPLETE", "unexpected_index_column_names": ["rule"]},
    )
    found = result.result["unexpected_index_list"] or []
    broken = {item["rule"]: int(item["failed"]) for item in found}
    return [_result(contract, rule, n, broken.get(rule.label, 0)) for rule, n, _ in counts]


def _expectation(rule: TableRule, contract: Contract) -> Any:
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


def _validate(frame: pl.DataFrame, expected: Iterable[Any], form: str | dict[str, Any]) -> Any:
    """Return the results of the expectations, in their order."""
    decimals = [name for name, dtype in frame.schema.items() if dtype.is_decimal()]
    rows = frame.with_columns(pl.col(decimals).cast(pl.Float64)).to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # great_expectations' and pandas' own, about each other
        batch = _whole_frame().get_batch({"dataframe": rows})
        expected = list(expected)
        for order, one in enumerate(expected):
            one.meta = {"order": order}
        results = batch.validate(
            _great_expectations().ExpectationSuite(name="contract", expectations=expected),
            result_format=form,
        ).results
    return sorted(results, key=lambda result: result.expectation_config.meta["order"])


@cache
def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations

        return great_expectations


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
