"""The headline's move since the run before, split by what changed, on the same draws.

Between what was said and what is said now lie up to four states: with the new batches, with the
corrected records, with today's assumptions, with today's models; each is worked out by today's
method with the run's seed, so that a part holds what changed and no noise of drawing. The method is
last: what the records before give today, less what was said of them. The parts add up to the move.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from assets.savings.changes.states import (
    SortedBatches,
    has_new_models,
    with_new_batches,
    with_old_models,
)
from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumption, Assumptions
from data_contracts.codes.money import HeadlinePart

MEASURES = (
    "annual_net_savings_usd",
    "annual_savings_usd",
    "npv_usd",
    "baseline_loss_usd_per_year",
    "baseline_failures_per_year",
)
MOST_NAMED = 3
Figures = Mapping[str, float]
Worked = Callable[[BusinessRecords, Assumptions], Figures]


@dataclass(frozen=True)
class Said:
    """What a run said, and on what.

    Attributes:
        records: The tables its business case was made from.
        assumptions: Numbers by name: low, base, high.
        figures: Its headline figures by measure.
        code_hash: Hash of the code it ran by; None where it is not known.
        version: Version of the product.
    """

    records: BusinessRecords
    assumptions: Mapping[str, tuple[float, float, float]]
    figures: Figures
    code_hash: str | None
    version: str | None


@dataclass(frozen=True)
class Part:
    """One part of the move.

    Attributes:
        part: What changed (``codes.HeadlinePart``).
        figures: The headline figures with it, by today's method.
        note: What is counted in it.
    """

    part: str
    figures: Figures
    note: str


def headline_figures(scenarios: pl.DataFrame) -> Figures:
    """Return the P50 of each headline measure in the base scenario; 0 where none is claimed.

    Args:
        scenarios: ``economics.scenarios``.
    """
    joint = scenarios.filter(
        (pl.col("scenario") == "base")
        & (pl.col("lever") == "all")
        & pl.col("p50").is_finite()
        & (pl.col("basis") != "refused")
    )
    found = dict(joint.select("measure", "p50").iter_rows())
    return {measure: float(found.get(measure, 0.0)) for measure in MEASURES}


def is_worked_out(before: Said, now: Said, found: SortedBatches) -> bool:
    """Tell whether a state between two runs must be worked out: more is otherwise than new batches.

    Args:
        before: The run before.
        now: This run.
        found: Which batches differ.
    """
    return (
        _is_new_method(before, now)
        or has_new_models(before.records, now.records)
        or bool(_changed(before.assumptions, now.assumptions))
        or found.has_corrections
    )


def _is_new_method(before: Said, now: Said) -> bool:
    return before.code_hash is None or before.code_hash != now.code_hash


def headline_parts(
    before: Said, now: Said, priced: Assumptions, found: SortedBatches, worked: Worked
) -> list[Part]:
    """Split the move from what a run said to what this one says.

    Args:
        before: The run before.
        now: This run.
        priced: The assumptions of this run.
        found: Which batches differ.
        worked: Works out the headline figures of records and assumptions, by today's method.

    Returns:
        One part per kind of change, in order, those that changed nothing included; the last ends
        in what is said now.
    """
    old_prices = _with_numbers(priced, before.assumptions)
    changed = _changed(before.assumptions, now.assumptions)
    is_new_method = _is_new_method(before, now)
    is_refitted = has_new_models(before.records, now.records)

    # From the present backwards: a state in which nothing more has changed is the one after it.
    models = now.figures
    judged = with_old_models(before.records, now.records)
    assumptions = worked(judged, priced) if is_refitted else models
    corrected = worked(judged, old_prices) if changed else assumptions
    added = (
        worked(with_new_batches(before.records, now.records, found), old_prices)
        if found.has_corrections
        else corrected
    )
    start = worked(before.records, old_prices) if is_new_method else before.figures
    code = f"Version {before.version} then, {now.version} now." if is_new_method else "As before."
    shift = {measure: before.figures[measure] - start[measure] for measure in MEASURES}
    return [
        Part(HeadlinePart.NEW_BATCHES, _plus(added, shift), _of_new(found)),
        Part(HeadlinePart.CORRECTED_RECORDS, _plus(corrected, shift), _of_corrected(found)),
        Part(HeadlinePart.ASSUMPTIONS, _plus(assumptions, shift), _of_assumptions(changed)),
        Part(
            HeadlinePart.MODELS,
            _plus(models, shift),
            "Models or evidence made anew, stopped or approved."
            if is_refitted
            else "The same models.",
        ),
        Part(HeadlinePart.METHOD, now.figures, code),
    ]


def _plus(figures: Figures, shift: Figures) -> Figures:
    return {measure: figures[measure] + shift[measure] for measure in MEASURES}


def _with_numbers(
    priced: Assumptions, numbers: Mapping[str, tuple[float, float, float]]
) -> Assumptions:
    """Return today's assumptions with the numbers of the run before, where it had them."""
    return replace(
        priced,
        parameters={
            name: _as_was(each, numbers[name]) if name in numbers else each
            for name, each in priced.parameters.items()
        },
    )


def _as_was(now: Assumption, was: tuple[float, float, float]) -> Assumption:
    ends = (now.low, now.base, now.high)
    if tuple(float(end) for end in ends) == was:
        return now  # exact, where the table holds it rounded to a float
    low, base, high = (type(now.base)(end) for end in was)
    return replace(now, low=low, base=base, high=high)


def _changed(
    before: Mapping[str, tuple[float, float, float]],
    now: Mapping[str, tuple[float, float, float]],
) -> list[str]:
    shared = sorted(before.keys() & now.keys())
    return [name for name in shared if before[name] != now[name]]


def _of_new(found: SortedBatches) -> str:
    told = f"New batches: {len(found.new)}."
    return f"{told} With a result since: {len(found.settled)}." if found.settled else told


def _of_corrected(found: SortedBatches) -> str:
    said = f"Batches corrected: {len(found.corrected)}."
    return f"{said} Outcomes are defined otherwise." if found.is_declared_anew else said


def _of_assumptions(changed: list[str]) -> str:
    if not changed:
        return "The same assumptions."
    more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
    return f"Changed: {', '.join(changed[:MOST_NAMED])}{more}."
