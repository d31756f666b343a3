"""Judges stored tables against their contracts with great_expectations.

Here belongs what is judged and how the verdicts are told. Small tables are judged row by row; of
large ones, the counts DuckDB made with ``counting_sql``, because a pass through pandas costs
gigabytes where a scan costs seconds. Suites and their running are in ``suites``.
"""

from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.quality.suites import columns_in_order, expectation, none_of, validate
from data_contracts.quality.table_rules import (
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
from data_contracts.tables import table

__all__ = ["counting_sql", "judge", "judge_counts"]

SEVERITY = "error"  # a broken contract blocks what is downstream; nothing here is a mere warning
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

    Raises:
        ContractError: A column has a type on which its rules cannot be judged.
    """
    rules = [rule for rule in table_rules(contract) if set(rule.columns) <= set(frame.columns)]
    on_rows = [rule for rule in rules if rule.rule in ROW_BY_ROW]
    expected = [expectation(rule, contract) for rule in on_rows]
    in_order, *passed = _passed(frame, [columns_in_order(contract.column_names), *expected])
    failed = _failed_by_row(frame, expected, passed)
    judged = [_judged_columns(frame, contract, in_order)] + [
        _result(contract, rule, _checked(frame, rule), n)
        for rule, n in zip(on_rows, failed, strict=True)
    ]
    counts = [(rule, frame.height, _broken(frame, rule)) for rule in rules if rule not in on_rows]
    return table("evidence.contract_results", [*judged, *_judged_counts(contract, counts)])


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
    return table("evidence.contract_results", _judged_counts(contract, counts))


def _result(contract: Contract, rule: TableRule, checked: int, failed: int) -> tuple[Any, ...]:
    breach = f"broken in {failed} of {checked}: should be that " if failed else ""
    detail = breach + rule.description
    named = (contract.name, rule.rule, rule.column_name)
    return (*named, checked, failed, failed == 0, SEVERITY, detail)


def _judged_columns(frame: pl.DataFrame, contract: Contract, is_passed: bool) -> tuple[Any, ...]:
    names = list(contract.column_names)
    rule = TableRule(COLUMNS, ("*",), "", "the columns are the contract's, in its order")
    misplaced = 0 if is_passed else _misplaced(frame, names)
    return _result(contract, rule, max(len(names), frame.width), misplaced)


def _misplaced(frame: pl.DataFrame, names: list[str]) -> int:
    matching = sum(a == b for a, b in zip(frame.columns, names, strict=False))
    return max(len(names), frame.width) - matching


def _passed(frame: pl.DataFrame, expected: list[Any]) -> list[bool]:
    """Judge in one go: most of what great_expectations costs is paid once per call."""
    return [result.success for result in validate(frame, expected, "BOOLEAN_ONLY")]


def _failed_by_row(frame: pl.DataFrame, expected: list[Any], passed: list[bool]) -> list[int]:
    """Return how many rows break each rule; failures are counted only where there are any."""
    broken = [one for one, is_passed in zip(expected, passed, strict=True) if not is_passed]
    counted = iter(validate(frame, broken, "BASIC") if broken else [])
    return [0 if is_passed else next(counted).result["unexpected_count"] for is_passed in passed]


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
    (passed,) = _passed(frame, [none_of("failed")])
    broken = {} if passed else _broken_counts(frame)
    return [_result(contract, rule, n, broken.get(rule.label, 0)) for rule, n, _ in counts]


def _broken_counts(frame: pl.DataFrame) -> dict[str, int]:
    """Ask once more, at twice the cost of a yes or no, which rules were broken and how often."""
    (result,) = validate(
        frame,
        [none_of("failed")],
        {"result_format": "COMPLETE", "unexpected_index_column_names": ["rule"]},
    )
    return {row["rule"]: int(row["failed"]) for row in result.result["unexpected_index_list"]}
