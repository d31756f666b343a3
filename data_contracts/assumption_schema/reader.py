"""Reads a file of cost assumptions and refuses what cannot be audited.

The set as a whole is put together and checked here; what the file and the set it extends state
together is in ``stated``, ledger and levers in ``levers``, a promise in ``promise``, single
entries in ``entries``. Numbers are read as exact fractions (``0.03`` is 3/100, ``2/3`` two thirds),
so arithmetic stays exact.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_contracts.assumption_schema.entries import read_block, read_text
from data_contracts.assumption_schema.lever_kinds import raising_alarms
from data_contracts.assumption_schema.levers import read_ledger, read_levers, read_origin_stages
from data_contracts.assumption_schema.model import Assumption, Assumptions
from data_contracts.assumption_schema.promise import read_promise
from data_contracts.assumption_schema.stated import stated
from data_contracts.assumption_schema.units import BASIS_QUESTIONS, CURRENCY, NAMED_UNITS
from data_contracts.assumption_schema.unmeasured import unmeasured_confounding
from data_contracts.errors import AssumptionError


def read_assumptions(path: Path) -> Assumptions:
    """Read and check one file of cost assumptions.

    Args:
        path: YAML file: a whole set, or what differs from the shipped set it extends.

    Returns:
        The checked set.

    Raises:
        AssumptionError: The file is missing, is not YAML, or anything in it cannot be used; the
            message names the file, the line, the entry and what to change.
    """
    where = str(path)
    found = stated(path)
    top, parameters = found.top, found.parameters
    if top["currency"] != CURRENCY:
        raise AssumptionError(
            f"{where}: currency '{top['currency']}' is unknown; amounts are kept in {CURRENCY}, "
            "so convert them and state the rate in each source."
        )
    _check_named(parameters, where)
    levers = read_levers(top.get("levers", {}), parameters, f"{where}: levers")
    read = Assumptions(
        name=read_text(top, "name", where),
        title=read_text(top, "title", where),
        where=where,
        currency=CURRENCY,
        statement=read_text(top, "statement", where),
        basis=_basis(top["basis"], f"{where}: basis"),
        parameters={**unmeasured_confounding(levers), **parameters},
        ledger=read_ledger(top.get("ledger", {}), parameters, f"{where}: ledger"),
        levers=levers,
        origin_stages=read_origin_stages(top.get("failure_modes", {}), f"{where}: failure_modes"),
        promise=read_promise(top["promise"], levers, f"{where}: promise")
        if "promise" in top
        else None,
        shipped_set=found.shipped_set,
    )
    _check_failure_cost(read)
    return read


def _check_named(parameters: Mapping[str, Assumption], where: str) -> None:
    for name, unit in NAMED_UNITS.items():
        if name in parameters and parameters[name].unit != unit:
            raise AssumptionError(
                f"{where}: {name}: unit '{parameters[name].unit}' does not fit; it must be "
                f"'{unit}'."
            )


def _check_failure_cost(read: Assumptions) -> None:
    has_cost = bool(read.ledger) or "failure_cost_usd_per_batch" in read.parameters
    if not has_cost and raising_alarms(read.levers):
        raise AssumptionError(
            f"{read.where}: nothing says what a failed batch costs; add a ledger or "
            "'failure_cost_usd_per_batch'."
        )


def _basis(value: Any, where: str) -> dict[str, str]:
    block = read_block(value, where, set(BASIS_QUESTIONS))
    return {question: read_text(block, question, where) for question in BASIS_QUESTIONS}
