"""What was refused at the gate, as a suite of its own: a record's rules, and who broke them.

The gate judges records as they arrive (``quality.record_rules``) and sets aside those that break a
rule, with the first rule broken. Here belong the suite of those rules, named ``received.<table>``,
and the frame on which great_expectations finds the refused records again. Nothing is decided anew.
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.quality.judging import validate
from data_contracts.quality.record_checks import RecordCheck, record_checks
from data_contracts.quality.suites import TOLD, named_suite, nowhere_broken, rule_notes
from data_contracts.quality.table_rules import (
    PATTERN,
    RANGE,
    REQUIRED,
    UNIQUE_KEY,
    VALID_VALUES,
    TableRule,
)

RECEIVED = "received"  # first part of the suites' names, where a schema stands in the others
BY_REFUSALS = "refused"
READABLE = TableRule("readable", ("*",), "", "the record can be read and placed")
_ON_ONE_VALUE = ("type", REQUIRED, RANGE, VALID_VALUES, PATTERN)
_HELD = {
    " is missing": " is given",
    " is not ": " is ",
    " must be ": " is ",
    " must lie ": " lies ",
    " must have ": " has ",
}
_SHOWN = ("source_file", "source_row", "reason")


def received_name(contract: Contract) -> str:
    """Return the name of the suite of a raw table's records as delivered."""
    return f"{RECEIVED}.{contract.table}"


def received_rules(contract: Contract) -> list[TableRule]:
    """Return the rules a record must keep to be accepted, in the order the gate asks them."""
    rules = [TableRule(c.rule, c.columns, "", _expected(c)) for c in record_checks(contract)]
    if contract.key:
        words = f"no two records of a delivery share {', '.join(contract.key)}"
        rules.append(TableRule(UNIQUE_KEY, contract.key, "", words))
    return [*rules, READABLE]


def _expected(check: RecordCheck) -> str:
    """Say what should hold; of a condition between columns the reason says so already."""
    words = check.reason
    if check.rule in _ON_ONE_VALUE:
        for refused, held in _HELD.items():
            words = words.replace(refused, held, 1)
    return words


def received_suite(contract: Contract) -> Any:
    """Return the suite of a raw table's records as delivered.

    Each rule looks at a marker column of its own, empty for every record that keeps it.
    """
    expected = [
        nowhere_broken(rule, TOLD, rule_notes(rule, contract)) for rule in received_rules(contract)
    ]
    notes = [f"{contract.description} Here: the records as delivered, before they are accepted."]
    return named_suite(received_name(contract), expected, notes)


def judge_refused(
    refused: pl.DataFrame, contract: Contract, account: Mapping[str, int | None]
) -> Any:
    """Judge what a delivery held for one raw table by what was refused of it.

    Args:
        refused: The table's records of ``quarantine.records``.
        contract: Contract of the raw table.
        account: ``received``, ``accepted`` and ``quarantined`` of the delivery, in records.

    Returns:
        great_expectations' result: every rule a record was refused by has failed, with the first
        twenty such records; its ``meta`` has the account.
    """
    rules = received_rules(contract)
    marked = _marked(refused, rules, contract)
    key = [*_SHOWN[:2], *contract.key, "reason"]
    validation = validate(marked, received_suite(contract), key)
    failed = [int(one.result.get("unexpected_count", 0)) for one in validation.results]
    told = [
        {
            "rule": rule.rule,
            "column_name": rule.column_name,
            "checked": account["received"],
            "failed": count,
            "is_passed": count == 0,
            "detail": rule.description,
        }
        for rule, count in zip(rules, failed, strict=True)
    ]
    said = {"judged_by": BY_REFUSALS, "rows": refused.height, "rules": told, **account}
    validation.meta = {**validation.meta, **said}
    return validation


def with_account(document: dict[str, Any], account: Mapping[str, int | None]) -> dict[str, Any]:
    """Return the kept result of the same refused records for another delivery's account.

    What great_expectations found of the records refused does not depend on how many were not.

    Args:
        document: Of ``judge_refused``, as the JSON of its file.
        account: As there.
    """
    rules = [{**rule, "checked": account["received"]} for rule in document["meta"]["rules"]]
    return {**document, "meta": {**document["meta"], "rules": rules, **account}}


def _marked(refused: pl.DataFrame, rules: list[TableRule], contract: Contract) -> pl.DataFrame:
    """Return a row per refused record: where it stood, its key, and a marker column per rule."""
    labels = [rule.label for rule in rules]
    broken = pl.concat_str("rule", pl.lit(": "), pl.col("column_name").fill_null("*"))
    is_known, value = broken.is_in(labels), pl.col("value").fill_null("missing")
    known = refused.with_columns(
        pl.when(is_known).then(broken).otherwise(pl.lit(READABLE.label)).alias("label"),
        pl.when(is_known).then(value).otherwise(pl.concat_str("rule", pl.lit(": "), value)),
    )
    records = [_record(text) for text in refused["record"]]
    keys = [
        pl.Series(name, [_text(record.get(name)) for record in records], pl.String)
        for name in contract.key
    ]
    markers = [
        pl.when(pl.col("label") == label).then(pl.col("value")).alias(label) for label in labels
    ]
    return known.select(*_SHOWN, *keys, *markers)


def _record(text: str | None) -> dict[str, Any]:
    read = json.loads(text) if text else {}
    return read if isinstance(read, dict) else {}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
