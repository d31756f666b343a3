"""A table's verdict from counts alone, for a table great_expectations has judged before.

Here belong what counts say of each rule, and the document that says so in the form in which
great_expectations keeps results, written without it: its import and one validation a table cost
more than a night's counting, and where no count is above zero it can only say that none is.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import polars as pl

from data_contracts.contract import Contract
from data_contracts.quality.table_rules import COLUMNS, TableRule, table_rules

SEVERITY = "error"  # a broken contract blocks what is downstream; nothing here is a mere warning
BY_COUNTS = "counts"
COUNTS = TableRule(
    "counts", ("*",), "", "no rule of the contract is broken, by the counts DuckDB made in one pass"
)
_IN_ORDER = "the columns are the contract's, in its order"

# One rule's row of ``evidence.contract_results``.
Result = tuple[Any, ...]


def columns_rule(contract: Contract) -> TableRule:
    """Return the rule that a table has exactly its contract's columns, in the contract's order."""
    return TableRule(COLUMNS, ("*",), "", _IN_ORDER)


def result(contract: Contract, rule: TableRule, checked: int, failed: int) -> Result:
    """Return what became of a rule, in the shape of ``evidence.contract_results``."""
    breach = f"broken in {failed} of {checked}: should be that " if failed else ""
    detail = breach + rule.description
    named = (contract.name, rule.rule, rule.column_name)
    return (*named, checked, failed, failed == 0, SEVERITY, detail)


def counted_rules(frame: pl.DataFrame, contract: Contract) -> list[Result]:
    """Read the one row that ``counting_sql`` gave.

    Args:
        frame: That row.
        contract: What the counted table should be.
    """
    return [
        result(
            contract,
            rule,
            frame[f"{rule.label}|checked"].item(),
            frame[f"{rule.label}|failed"].item(),
        )
        for rule in table_rules(contract)
    ]


def counted_document(contract: Contract, results: list[Result], rows: int) -> dict[str, Any]:
    """Return the validation result of a table none of whose rules is broken.

    Args:
        contract: What the table should be.
        results: One per rule, every one kept.
        rows: Rows of the table.

    Returns:
        What great_expectations keeps of the same counts, but for what it notes of its own work.
    """
    names = ("rule", "column_name", "checked", "failed", "is_passed", "severity", "detail")
    identity = uuid5(NAMESPACE_URL, f"lotwise/{contract.name}/{COUNTS.label}")
    return {
        "id": None,
        "meta": {
            "judged_by": BY_COUNTS,
            "key": ["rule"],
            "rows": rows,
            "rules": [dict(zip(names, each[1:], strict=True)) for each in results],
        },
        "results": [
            {
                "exception_info": {
                    "exception_message": None,
                    "exception_traceback": None,
                    "raised_exception": False,
                },
                "expectation_config": {
                    "description": COUNTS.description,
                    "id": str(identity),
                    "kwargs": {
                        "batch_id": "tables-table",
                        "column": "failed",
                        "max_value": 0.0,
                        "min_value": 0.0,
                    },
                    "meta": {
                        "column_name": COUNTS.column_name,
                        "label": COUNTS.label,
                        "notes": {"content": [], "format": "markdown"},
                        "order": 0,
                        "rule": COUNTS.rule,
                        "severity": SEVERITY,
                    },
                    "severity": "critical",
                    "type": "expect_column_values_to_be_between",
                },
                "meta": {},
                "result": {
                    "element_count": len(table_rules(contract)),
                    "missing_count": 0,
                    "missing_percent": 0.0,
                    "partial_unexpected_list": [],
                    "unexpected_count": 0,
                    "unexpected_percent": 0.0,
                    "unexpected_percent_nonmissing": 0.0,
                    "unexpected_percent_total": 0.0,
                },
                "success": True,
            }
        ],
        "statistics": {
            "evaluated_expectations": 1,
            "success_percent": 100.0,
            "successful_expectations": 1,
            "unsuccessful_expectations": 0,
        },
        "success": True,
        "suite_name": contract.name,
        "suite_parameters": {},
    }
