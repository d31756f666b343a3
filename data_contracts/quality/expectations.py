"""Judges stored tables against their contracts with great_expectations.

Here belongs what is judged and how the verdicts are told. Tables up to a stated size are judged row
by row; of larger ones, the counts DuckDB made with ``counting_sql``, because a pass through pandas
costs gigabytes where a scan costs seconds. Suites are in ``suites``, their running in ``judging``.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.quality.counted import (
    BY_COUNTS,
    COUNTS,
    Result,
    columns_rule,
    counted_rules,
    result,
)
from data_contracts.quality.judging import validate, with_first
from data_contracts.quality.markers import with_markers
from data_contracts.quality.suites import (
    BLOCKS,
    columns_in_order,
    expectation,
    named_suite,
    none_of,
    told,
)
from data_contracts.quality.table_rules import (
    PATTERN,
    RANGE,
    VALID_VALUES,
    TableRule,
    counting_sql,
    table_rules,
)
from data_contracts.tables import columns, table

__all__ = ["BY_COUNTS", "BY_ROWS", "JudgedTable", "counting_sql", "judge", "judge_counts"]

BY_ROWS = "rows"
_PLACE = ("source_file", "source_row")  # where a record stood, said beside its key


@dataclass(frozen=True)
class JudgedTable:
    """What became of a table's contract.

    Attributes:
        results: One row per rule: table_name, rule, column_name, checked (rows or, for rules on
            values, values given), failed, is_passed, severity, detail; the shape of
            ``evidence.contract_results``.
        validation: great_expectations' own result, with examples of what failed; its ``meta`` says
            how many rows the table has and whether rows or counts were judged.
    """

    results: pl.DataFrame
    validation: Any


def judge(frame: pl.DataFrame, contract: Contract) -> JudgedTable:
    """Judge the rows of a table.

    Args:
        frame: The table, whole.
        contract: What it should be.

    Returns:
        The judgement, rule by rule. Rules on a column the frame does not have are left to the
        failed rule ``columns``.

    Raises:
        ContractError: A column has a type on which its rules cannot be judged.
    """
    rules = [rule for rule in table_rules(contract) if set(rule.columns) <= set(frame.columns)]
    expected = [expectation(rule, contract) for rule in rules]
    key = [name for name in (*contract.key, *_PLACE) if name in frame.columns]
    marked = with_markers(frame, rules)
    validation = validate(marked, named_suite(contract.name, expected, ()), key)
    in_order = _columns_verdict(frame, contract)
    failed = [int(one.result.get("unexpected_count", 0)) for one in validation.results]
    judged = [
        result(contract, rule, _checked(frame, rule), n)
        for rule, n in zip(rules, failed, strict=True)
    ]
    results = [_judged_columns(frame, contract, in_order.success), *judged]
    return _judgement(with_first(in_order, validation), results, BY_ROWS, frame.height)


def judge_counts(frame: pl.DataFrame, contract: Contract, rows: int | None = None) -> JudgedTable:
    """Judge a table by the counts of ``counting_sql``.

    Args:
        frame: The one row that query gave.
        contract: What the counted table should be.
        rows: Rows of the table, where they are known.

    Returns:
        The judgement, but for the presence and order of columns.
    """
    results = counted_rules(frame, contract)
    counts = pl.DataFrame(
        {
            "rule": [rule.label for rule in table_rules(contract)],
            "checked": [each[3] for each in results],
            "failed": [each[4] for each in results],
        },
        schema={"rule": pl.String, "checked": pl.Int64, "failed": pl.Int64},
    )
    suite = named_suite(contract.name, [none_of("failed", **told(COUNTS, BLOCKS, ()))], ())
    validation = validate(counts, suite, ["rule"])
    return _judgement(validation, results, BY_COUNTS, rows)


def _judgement(
    validation: Any, results: list[Result], judged_by: str, rows: int | None
) -> JudgedTable:
    names = columns("evidence.contract_results")[1:]  # of one table: its name is the suite's
    rules = [dict(zip(names, result[1:], strict=True)) for result in results]
    validation.meta = {**validation.meta, "judged_by": judged_by, "rows": rows, "rules": rules}
    return JudgedTable(table("evidence.contract_results", results), validation)


def _columns_verdict(frame: pl.DataFrame, contract: Contract) -> Any:
    """Judge the columns apart, without the marker columns the conditions need."""
    suite = named_suite(contract.name, [columns_in_order(contract)], ())
    return validate(frame.clear(), suite, ()).results[0]


def _judged_columns(frame: pl.DataFrame, contract: Contract, is_passed: bool) -> Result:
    names = list(contract.column_names)
    misplaced = 0 if is_passed else _misplaced(frame, names)
    return result(contract, columns_rule(contract), max(len(names), frame.width), misplaced)


def _misplaced(frame: pl.DataFrame, names: list[str]) -> int:
    matching = sum(a == b for a, b in zip(frame.columns, names, strict=False))
    return max(len(names), frame.width) - matching


def _checked(frame: pl.DataFrame, rule: TableRule) -> int:
    if rule.rule in (RANGE, VALID_VALUES, PATTERN):
        return frame.height - frame[rule.columns[0]].null_count()
    return frame.height
