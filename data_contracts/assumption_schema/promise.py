"""Reads the promise of a programme under way: rates, the record before, what each lever holds.

It is written once, when the programme starts. What cannot be followed afterwards (a lever nobody
declared, limits that no value meets) is refused while it is written.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from data_contracts.assumption_schema.entries import exact, read_block, read_date, read_text
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
from data_contracts.assumption_schema.model import HeldLever, Lever, Promise
from data_contracts.errors import AssumptionError


def read_promise(value: Any, levers: Sequence[Lever], where: str) -> Promise:
    """Read what a programme under way has promised.

    Args:
        value: The block ``promise`` of the file.
        levers: The declared levers, of which some may be held.
        where: Named in the error.

    Raises:
        AssumptionError: Something in it cannot be followed.
    """
    fields = {"started_on", "failure_prob_before", "failure_prob_promised", "owner"}
    block = read_block(value, where, fields, {"record_before", "held"})
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
    held = _held(block["held"], levers, f"{where}: held") if "held" in block else ()
    return Promise(started, before, promised, owner, counted, held)


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


def _held(value: Any, levers: Sequence[Lever], where: str) -> tuple[HeldLever, ...]:
    """Read what each lever keeps, one entry a lever."""
    if not isinstance(value, list) or not value:
        raise AssumptionError(
            f"{where}: needs a list with one entry for each lever: lever, feature, low or high (or "
            "both), adherence; write '- {lever: ..., feature: ..., high: ..., adherence: 0.9}'."
        )
    found = tuple(
        _held_lever(entry, levers, f"{where}: entry {place}")
        for place, entry in enumerate(value, start=1)
    )
    names = [each.lever for each in found]
    for name in names:
        if names.count(name) > 1:
            raise AssumptionError(f"{where}: the lever '{name}' is written twice; keep one entry.")
    return found


def _held_lever(value: Any, levers: Sequence[Lever], where: str) -> HeldLever:
    block = read_block(value, where, {"lever", "feature", "adherence"}, {"low", "high"})
    name = read_text(block, "lever", where)
    _check_lever(name, levers, where)
    low, high = (
        _limit(block[end], f"{where}: {end}") if end in block else None for end in ("low", "high")
    )
    if low is None and high is None:
        raise AssumptionError(f"{where}: nothing is held; state low, high, or both.")
    if low is not None and high is not None and low >= high:
        raise AssumptionError(
            f"{where}: low {low:g} must lie below high {high:g}; no value lies between them."
        )
    adherence = exact(block["adherence"], f"{where}: adherence")
    if not 0 < adherence <= 1:
        raise AssumptionError(
            f"{where}: adherence {float(adherence):g} must lie above 0 and be at most 1: the share "
            "of batches that were to lie inside."
        )
    return HeldLever(name, read_text(block, "feature", where), low, high, adherence)


def _check_lever(name: str, levers: Sequence[Lever], where: str) -> None:
    kinds = {lever.name: lever.kind for lever in levers}
    holding = [lever.name for lever in levers if LEVER_KINDS[lever.kind].is_followed]
    stem, dot, outcome = name.partition(".")
    if stem not in kinds:
        close = get_close_matches(stem, holding, n=1) or holding
        raise AssumptionError(
            f"{where}: there is no lever named '{stem}'; levers that hold something are "
            f"{', '.join(close) or 'none in this set'}."
        )
    if not LEVER_KINDS[kinds[stem]].is_followed:
        followed = [kind for kind, terms in LEVER_KINDS.items() if terms.is_followed]
        raise AssumptionError(
            f"{where}: the lever '{stem}' is of kind {kinds[stem]}, which keeps no recorded value "
            f"within limits; kinds that do are {', '.join(followed)}."
        )
    if dot and not outcome:
        raise AssumptionError(
            f"{where}: lever '{name}' ends in a dot; write '{stem}' or '{stem}.failure', as "
            "economics.levers has it."
        )


def _limit(text: Any, where: str) -> float:
    """Read a limit of a recorded value, which may lie below zero."""
    is_below = isinstance(text, str) and text.strip().startswith("-")
    size: Fraction = exact(text.strip()[1:] if is_below else text, where)
    return float(-size if is_below else size)
