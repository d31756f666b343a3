"""The contract of a table as an expectation suite, as users of great_expectations know them.

Here belongs the translation: each rule of a contract becomes one expectation that carries the
rule's name, what it means in plain words, its severity, and the contract's notes on the column. The
same contract always gives the same suite. Running suites is in ``judging``; what becomes of the
verdicts is said in ``expectations``.
"""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from data_contracts.contract import Column, Contract
from data_contracts.quality.counted import columns_rule
from data_contracts.quality.library import expectations_library, great_expectations_library
from data_contracts.quality.markers import is_on_values
from data_contracts.quality.table_rules import (
    RANGE,
    REQUIRED,
    UNIQUE_KEY,
    VALID_VALUES,
    TableRule,
    table_rules,
)

BLOCKS, TOLD = "critical", "warning"  # great_expectations' words for an error and a warning


def contract_suite(contract: Contract) -> Any:
    """Return the expectation suite a table under contract is held to.

    Args:
        contract: What the table should be.

    Returns:
        A great_expectations ``ExpectationSuite`` named as the table. Its identities are derived
        from names, so that the same contract gives the same suite to the letter.
    """
    expected = [columns_in_order(contract)]
    expected += [expectation(rule, contract) for rule in table_rules(contract)]
    notes = [contract.description, f"A row is: {contract.grain}"]
    return named_suite(contract.name, expected, notes)


def named_suite(name: str, expected: Sequence[Any], notes: Sequence[str]) -> Any:
    """Return a suite whose identities follow from its name and its rules' names.

    Args:
        name: Name of the suite.
        expected: Expectations, each with its rule's name in ``meta``.
        notes: What the suite's records are, in sentences.
    """
    for order, one in enumerate(expected):
        one.meta = {**one.meta, "order": order}
    suite = great_expectations_library().ExpectationSuite(
        name=name,
        id=str(uuid5(NAMESPACE_URL, f"lotwise/{name}")),
        expectations=list(expected),
        meta={"notes": {"format": "markdown", "content": list(notes)}},
    )
    for one in suite.expectations:  # a suite takes only expectations that have no identity yet
        one.id = str(uuid5(NAMESPACE_URL, f"lotwise/{name}/{one.meta['label']}"))
    return suite


def columns_in_order(contract: Contract) -> Any:
    """Return the expectation that a table has exactly these columns, in this order."""
    rule = columns_rule(contract)
    return expectations_library().ExpectTableColumnsToMatchOrderedList(
        column_list=list(contract.column_names), **told(rule, BLOCKS, [contract.description])
    )


def none_of(column: str, **said: Any) -> Any:
    """Return the expectation that a column of counts is zero throughout."""
    return expectations_library().ExpectColumnValuesToBeBetween(
        column=column, min_value=0, max_value=0, **said
    )


def nowhere_broken(rule: TableRule, severity: str, notes: Sequence[str]) -> Any:
    """Return the expectation that the marker column of a rule is empty: no record breaks it."""
    return expectations_library().ExpectColumnValuesToBeNull(
        column=rule.label, **told(rule, severity, notes)
    )


def expectation(rule: TableRule, contract: Contract) -> Any:
    """Return the expectation on rows that a rule of a contract stands for.

    Args:
        rule: A rule on values, on the unique key, or a condition between columns, which is looked
            for in the marker column of the rule (``broken_marker``).
        contract: The contract the rule is of.
    """
    notes = rule_notes(rule, contract)
    if not is_on_values(rule):
        return nowhere_broken(rule, BLOCKS, notes)
    said = told(rule, BLOCKS, notes)
    if rule.rule == UNIQUE_KEY:
        return _unique(rule.columns, said)
    return _on_values(rule, contract.column(rule.columns[0]), said)


def _unique(key: Sequence[str], said: dict[str, Any]) -> Any:
    gxe = expectations_library()
    if len(key) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=key[0], **said)
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(key), ignore_row_if="never", **said)


def _on_values(rule: TableRule, column: Column, said: dict[str, Any]) -> Any:
    gxe, name = expectations_library(), column.name
    if rule.rule == REQUIRED:
        return gxe.ExpectColumnValuesToNotBeNull(column=name, **said)
    if rule.rule == RANGE:
        return gxe.ExpectColumnValuesToBeBetween(
            column=name, min_value=column.minimum, max_value=column.maximum, **said
        )
    if rule.rule == VALID_VALUES:
        allowed = list(column.valid_values)
        return gxe.ExpectColumnValuesToBeInSet(column=name, value_set=allowed, **said)
    regex = f"^(?:{column.pattern})$"
    return gxe.ExpectColumnValuesToMatchRegex(column=name, regex=regex, **said)


def told(rule: TableRule, severity: str, notes: Sequence[str]) -> dict[str, Any]:
    """Return what every expectation carries beside its test: rule, words, severity and notes."""
    content = list(notes)
    return {
        "description": rule.description,
        "severity": severity,
        "meta": {
            "rule": rule.rule,
            "column_name": rule.column_name,
            "label": rule.label,
            "severity": "error" if severity == BLOCKS else "warning",
            "notes": {"format": "markdown", "content": content},
        },
    }


def rule_notes(rule: TableRule, contract: Contract) -> list[str]:
    """Return the contract's own words about the columns a rule looks at: meaning, unit, use."""
    if rule.rule == UNIQUE_KEY:
        return [f"A row is: {contract.grain}"]
    described = [contract.column(name) for name in rule.columns if name in contract.column_names]
    return [_column_note(column) for column in described]


def _column_note(column: Column) -> str:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return f"{column.name}: {column.description}{unit}"
