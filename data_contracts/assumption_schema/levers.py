"""Reads the ledger categories and the levers of an assumptions file.

Here a term or role must name an existing assumption and units must fit together.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from data_contracts.assumption_schema.entries import (
    exact,
    read_block,
    read_boolean,
    read_choice,
    read_mapping,
    read_text,
    read_whole,
)
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS, LeverTerms
from data_contracts.assumption_schema.model import STAGES, Assumption, LedgerCategory, Lever
from data_contracts.assumption_schema.units import (
    BY_GATE_ROLES,
    LEDGER_CATEGORIES,
    PAF_CLASSES,
    product_fits,
)
from data_contracts.errors import AssumptionError


def read_ledger(
    value: Any, parameters: Mapping[str, Assumption], where: str
) -> tuple[LedgerCategory, ...]:
    """Read the cost categories of a failed batch, in ledger order.

    Raises:
        AssumptionError: A category or term is unknown, or the units do not give USD per batch.
    """
    entries = read_block(value, where, set(), set(LEDGER_CATEGORIES))
    return tuple(
        _category(name, entries[name], parameters, f"{where}: {name}")
        for name in LEDGER_CATEGORIES
        if name in entries
    )


def _category(
    name: str, value: Any, parameters: Mapping[str, Assumption], where: str
) -> LedgerCategory:
    block = read_block(
        value, where, {"terms", "paf", "is_avoidable", "accrues_along_stages", "description"}
    )
    terms = block["terms"]
    if not isinstance(terms, list) or not terms:
        raise AssumptionError(f"{where}: 'terms' must list at least one assumption.")
    units = [_known(term, parameters, where).unit for term in terms]
    if not product_fits(units, "USD/batch"):
        raise AssumptionError(
            f"{where}: the product of {', '.join(terms)} is not in USD/batch; correct the terms "
            "or their units."
        )
    return LedgerCategory(
        name=name,
        terms=tuple(terms),
        paf=read_choice(block, "paf", PAF_CLASSES, where),
        is_avoidable=read_boolean(block, "is_avoidable", where),
        accrues_along_stages=read_boolean(block, "accrues_along_stages", where),
        description=read_text(block, "description", where),
    )


def _known(name: Any, parameters: Mapping[str, Assumption], where: str) -> Assumption:
    if not isinstance(name, str) or name not in parameters:
        raise AssumptionError(
            f"{where}: there is no assumption named '{name}'; add it or name an existing one."
        )
    return parameters[name]


def read_levers(value: Any, parameters: Mapping[str, Assumption], where: str) -> tuple[Lever, ...]:
    """Read the declared levers, in the order of the file.

    Raises:
        AssumptionError: A lever names an unknown assumption, lacks a role, or a unit does not fit.
    """
    entries = read_mapping(value, where)
    return tuple(
        _lever(name, entry, parameters, f"{where}: {name}") for name, entry in entries.items()
    )


def _lever(name: str, value: Any, parameters: Mapping[str, Assumption], where: str) -> Lever:
    block = read_block(
        value,
        where,
        {"title", "kind", "tier", "gate", "planning_gate", "uses"},
        {"stages", "changes", "trimmed_share"},
    )
    kind = read_choice(block, "kind", frozenset(LEVER_KINDS), where)
    terms = LEVER_KINDS[kind]
    gate = block["gate"]
    if gate not in ("best_value", "last_before_result"):
        gate = read_whole(gate, STAGES, f"{where}: gate")
    tier = read_whole(block["tier"], range(1, 4), f"{where}: tier")
    uses = _uses(block["uses"], terms, parameters, f"{where}: uses")
    _check_tier(uses, tier, where)
    planning_gate = read_whole(block["planning_gate"], STAGES, f"{where}: planning_gate")
    title = read_text(block, "title", where)
    return Lever(
        name=name,
        title=title,
        kind=kind,
        tier=tier,
        gate=gate,
        planning_gate=planning_gate,
        uses=uses,
        stages=_stages(block.get("stages"), where) or (planning_gate,),
        changes=read_text(block, "changes", where) if "changes" in block else title,
        evidence=terms.evidence,
        trimmed_share=_trimmed(block.get("trimmed_share"), terms, where),
    )


def _stages(value: Any, where: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise AssumptionError(f"{where}: 'stages' must list the stages the lever acts in.")
    return tuple(read_whole(each, STAGES, f"{where}: stages") for each in value)


def _trimmed(value: Any, terms: LeverTerms, where: str) -> Fraction:
    """Read the share of recorded values that a window or a lot limit cuts off on the risky side."""
    if not terms.holds_values:
        if value is not None:
            raise AssumptionError(f"{where}: only a window or a lot limit has a 'trimmed_share'.")
        return Fraction(0)
    share = exact(value if value is not None else "0.2", f"{where}: trimmed_share")
    if not 0 < share < Fraction(1, 2):
        raise AssumptionError(
            f"{where}: trimmed_share {float(share):g} must lie above 0 and below 0.5."
        )
    return share


def _uses(
    value: Any, terms: LeverTerms, parameters: Mapping[str, Assumption], where: str
) -> dict[str, str]:
    given = read_mapping(value, where)
    wanted = terms.wanted(given)
    block = read_block(given, where, set(wanted))
    for role, name in block.items():
        is_by_gate = role in BY_GATE_ROLES and f"{name}_gate_1" in parameters
        first = _known(f"{name}_gate_1" if is_by_gate else name, parameters, f"{where}: {role}")
        if first.unit != wanted[role]:
            raise AssumptionError(
                f"{where}: {role}: '{name}' is in '{first.unit}' but must be in '{wanted[role]}'."
            )
        if is_by_gate:
            _check_gates(role, [parameters[f"{name}_gate_{gate}"] for gate in STAGES], where)
    return block


def _check_tier(uses: Mapping[str, str], tier: int, where: str) -> None:
    stated = re.search(r"_tier_([1-3])$", uses.get("validation_cost", ""))
    if stated and int(stated[1]) != tier:
        raise AssumptionError(
            f"{where}: the lever is of tier {tier}, but its validation cost is "
            f"'{uses['validation_cost']}'; name that of its own tier."
        )


def _check_gates(role: str, at_gates: Sequence[Assumption], where: str) -> None:
    """Check a role stated by gate: spending only grows, and release leaves nothing to act on."""
    at_release = at_gates[-1]
    if role == "sunk_cost_share":
        for earlier, later in pairwise(at_gates):
            ends = [
                (earlier.low, later.low),
                (earlier.base, later.base),
                (earlier.high, later.high),
            ]
            if any(before > after for before, after in ends):
                raise AssumptionError(
                    f"{where}: {role}: '{later.name}' is below '{earlier.name}'; what was spent "
                    "stays spent, so it cannot fall from gate to gate."
                )
        if at_release.low < 1:
            raise AssumptionError(
                f"{where}: {role}: '{at_release.name}' must be 1; at release all is spent."
            )
    elif at_release.high > 0:
        raise AssumptionError(
            f"{where}: {role}: '{at_release.name}' must be 0; at release a batch can neither be "
            "rescued nor stopped."
        )


def read_origin_stages(value: Any, where: str) -> dict[str, int]:
    """Read the stage in which each failure mode originates.

    Raises:
        AssumptionError: A stage is not one of the seven.
    """
    entries = read_mapping(value, where)
    return {
        mode: read_whole(stage, STAGES, f"{where}: {mode} (stage of origin)")
        for mode, stage in entries.items()
    }
