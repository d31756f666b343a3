"""Reads a file of cost assumptions and refuses what cannot be audited.

The file as a whole and its numbers are checked here, ledger and levers in ``levers``,
single entries in ``entries``; each broken rule is one clear error. Numbers are read as
exact fractions (``0.03`` is 3/100, ``2/3`` is two thirds), so arithmetic on them stays exact.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_contracts.assumption_schema.entries import (
    exact,
    read_block,
    read_choice,
    read_date,
    read_document,
    read_mapping,
    read_text,
)
from data_contracts.assumption_schema.levers import read_ledger, read_levers, read_origin_stages
from data_contracts.assumption_schema.model import (
    STAGES,
    Assumption,
    Assumptions,
    Promise,
)
from data_contracts.assumption_schema.units import (
    BASIS_QUESTIONS,
    BOUNDED_BY_ONE,
    CURRENCY,
    DISTRIBUTIONS,
    KINDS,
    NAMED_UNITS,
    SIDES,
    UNITS,
)
from data_contracts.assumption_schema.unmeasured import unmeasured_confounding
from data_contracts.errors import AssumptionError
from data_contracts.untrusted.limits import MOST_BY_UNIT

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOP = {"name", "title", "currency", "statement", "basis", "assumptions"}
_TOP_OPTIONAL = {"ledger", "levers", "failure_modes", "promise"}
_FIELDS = {
    "unit",
    "distribution",
    "owner",
    "source",
    "as_of",
    "kind",
    "favourable",
    "description",
}
_SPANS = ({"low", "base", "high"}, {"by_gate"}, {"by_tier"})


def read_assumptions(path: Path) -> Assumptions:
    """Read and check one file of cost assumptions.

    Args:
        path: YAML file.

    Returns:
        The checked set.

    Raises:
        AssumptionError: The file is missing, is not YAML, or anything in it cannot be used; the
            message names the file, the entry and what to change.
    """
    where = str(path)
    top = read_block(read_document(path), where, _TOP, _TOP_OPTIONAL)
    if top["currency"] != CURRENCY:
        raise AssumptionError(
            f"{where}: currency '{top['currency']}' is unknown; amounts are kept in {CURRENCY}, "
            "so convert them and state the rate in each source."
        )
    parameters: dict[str, Assumption] = {}
    for name, entry in read_mapping(top["assumptions"], f"{where}: assumptions").items():
        parameters.update(_assumption(name, entry, f"{where}: {name}"))
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
        promise=_promise(top["promise"], f"{where}: promise") if "promise" in top else None,
    )
    _check_failure_cost(read)
    return read


def check_span(assumption: Assumption, where: str) -> None:
    """Check that low, base and high of an assumption are in order and within its unit.

    Raises:
        AssumptionError: Low lies above high, base outside them, a share above 1, or the
            distribution does not fit.
    """
    low, base, high = assumption.low, assumption.base, assumption.high
    if low > high:
        raise AssumptionError(
            f"{where}: low {float(low):g} is above high {float(high):g}; swap or correct them."
        )
    if not low <= base <= high:
        raise AssumptionError(
            f"{where}: base {float(base):g} lies outside low {float(low):g} to high "
            f"{float(high):g}; correct the base or widen the range."
        )
    if assumption.unit in BOUNDED_BY_ONE and high > 1:
        raise AssumptionError(
            f"{where}: {float(high):g} is above 1, but the unit is '{assumption.unit}'; write "
            "3% as 0.03."
        )
    most = MOST_BY_UNIT.get(assumption.unit)
    if most is not None and high > most:
        raise AssumptionError(
            f"{where}: {assumption.name} is {float(high):g} {assumption.unit}; the most that is "
            f"computed is {most:,}. Correct it."
        )
    if (assumption.distribution == "fixed") != (low == high):
        raise AssumptionError(
            f"{where}: distribution '{assumption.distribution}' does not fit low {float(low):g} "
            f"and high {float(high):g}; use 'fixed' when, and only when, the three are equal."
        )


def _assumption(name: str, value: Any, where: str) -> dict[str, Assumption]:
    """Read one entry; an entry by gate or by tier gives one assumption each."""
    if not _NAME.fullmatch(name):
        raise AssumptionError(f"{where}: a name is lower case with underscores; rename it.")
    given = set(read_mapping(value, where))
    span = next((keys for keys in _SPANS if keys & given), _SPANS[0])
    block = read_block(value, where, _FIELDS | span)
    by = {"by_gate": STAGES, "by_tier": range(1, 4)}
    if span == _SPANS[0]:
        spans = {name: [block["low"], block["base"], block["high"]]}
    else:
        (key,) = span
        rows = read_block(block[key], f"{where}: {key}", {str(number) for number in by[key]})
        part = key.removeprefix("by_")
        spans = {f"{name}_{part}_{number}": rows[str(number)] for number in by[key]}
    return {each: _one(each, block, three, where) for each, three in spans.items()}


def _one(name: str, block: Mapping[str, Any], three: Any, where: str) -> Assumption:
    where = where if where.endswith(f": {name}") else f"{where} ({name})"
    if not isinstance(three, list) or len(three) != 3:
        raise AssumptionError(f"{where}: needs [low, base, high]; write three numbers.")
    low, base, high = (exact(text, where) for text in three)
    stated = read_choice(block, "distribution", DISTRIBUTIONS, where)
    one_value_of_many = low == high and ("by_gate" in block or "by_tier" in block)
    assumption = Assumption(
        name=name,
        low=low,
        base=base,
        high=high,
        unit=read_choice(block, "unit", frozenset(UNITS), where),
        distribution="fixed" if one_value_of_many else stated,
        owner=read_text(block, "owner", where),
        source=read_text(block, "source", where),
        as_of=read_date(block, where),
        kind=read_choice(block, "kind", KINDS, where),
        favourable=read_choice(block, "favourable", SIDES, where),
        description=read_text(block, "description", where),
    )
    check_span(assumption, where)
    return assumption


def _check_named(parameters: Mapping[str, Assumption], where: str) -> None:
    for name, unit in NAMED_UNITS.items():
        if name in parameters and parameters[name].unit != unit:
            raise AssumptionError(
                f"{where}: {name}: unit '{parameters[name].unit}' does not fit; it must be "
                f"'{unit}'."
            )


def _check_failure_cost(read: Assumptions) -> None:
    has_cost = bool(read.ledger) or "failure_cost_usd_per_batch" in read.parameters
    if not has_cost and any(lever.kind == "alert" for lever in read.levers):
        raise AssumptionError(
            f"{read.where}: nothing says what a failed batch costs; add a ledger or "
            "'failure_cost_usd_per_batch'."
        )


def _promise(value: Any, where: str) -> Promise:
    fields = {"started_on", "failure_prob_before", "failure_prob_promised", "owner"}
    block = read_block(value, where, fields, {"record_before"})
    before, promised = (
        exact(block[name], f"{where}: {name}")
        for name in ("failure_prob_before", "failure_prob_promised")
    )
    if not 0 < promised < before < 1:
        raise AssumptionError(
            f"{where}: failure_prob_promised {float(promised):g} must lie above 0 and below "
            f"failure_prob_before {float(before):g}, which lies below 1; correct them."
        )
    started, owner = read_date(block, where, "started_on"), read_text(block, "owner", where)
    counted = _record_before(block["record_before"], where) if "record_before" in block else None
    return Promise(started, before, promised, owner, counted)


def _record_before(value: Any, where: str) -> tuple[int, int, float]:
    """Read the frozen counts of the record a programme is measured against."""
    where = f"{where}: record_before"
    block = read_block(value, where, {"failures", "batches", "design_effect"})
    failures, batches, effect = (
        exact(block[name], f"{where}: {name}") for name in ("failures", "batches", "design_effect")
    )
    if not 0 <= failures < batches or failures % 1 or batches % 1 or effect < 1:
        raise AssumptionError(
            f"{where}: needs whole numbers of failures and batches, fewer failures than batches, "
            "and a design_effect of at least 1; copy them from economics.savings_tracker."
        )
    return int(failures), int(batches), float(effect)


def _basis(value: Any, where: str) -> dict[str, str]:
    block = read_block(value, where, set(BASIS_QUESTIONS))
    return {question: read_text(block, question, where) for question in BASIS_QUESTIONS}
