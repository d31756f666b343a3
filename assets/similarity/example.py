"""One question of a person: which batches of a span are like this one."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from assets.similarity.batch_rows import BatchRows
from assets.similarity.normal_spread import FEWEST_GOOD
from assets.similarity.search import ComparedBy, FoundNeighbours, similar
from assets.similarity.traits import Traits


@dataclass(frozen=True)
class Example:
    """What a person asks.

    Attributes:
        batch_id: The batch others are held against.
        by: What is compared.
        begin: First instant of start of a neighbour, UTC; None for any.
        end: Instant before which it started; None for any.
        wanted: ``failed`` or ``good``; None for whatever became of them.
        top: How many neighbours.
        of_any_product: Whether other products count too.
    """

    batch_id: str
    by: ComparedBy
    begin: datetime | None = None
    end: datetime | None = None
    wanted: str | None = None
    top: int = 10
    of_any_product: bool = False


@dataclass(frozen=True)
class ExampleAnswer:
    """What is said to it.

    Attributes:
        example: The question.
        gate: Last gate looked at.
        rows: The batches looked at.
        found: What was found; None where nothing could be compared.
        refusal: Why not; empty where something could.
        remarks: What a reader should know beside the neighbours, a sentence each.
    """

    example: Example
    gate: int
    rows: BatchRows
    found: FoundNeighbours | None
    refusal: str
    remarks: list[str]


def answer(example: Example, rows: BatchRows, traits: Traits, gate: int) -> ExampleAnswer:
    """Find the batches most like one.

    Args:
        example: The question.
        rows: All batches.
        traits: Of all batches, in the same order.
        gate: Last gate the traits look at.
    """
    own = rows.batch_ids.index(example.batch_id)
    may, undated = _span(example, rows)
    (found,) = similar(
        traits,
        [own],
        rows.product,
        rows.result,
        may,
        [example.wanted],
        example.top,
        of_any_product=example.of_any_product,
    )
    refusal = _refusal(example, found)
    remarks = [] if refusal else _remarks(example, found, undated)
    return ExampleAnswer(example, gate, rows, None if refusal else found, refusal, remarks)


def _span(example: Example, rows: BatchRows) -> tuple[np.ndarray, int]:
    """Which batches started within the span, and how many nobody dated."""
    if example.begin is None and example.end is None:
        return np.ones(len(rows.batch_ids), dtype=bool), 0
    begin, end = example.begin, example.end
    may = [
        at is not None and (begin is None or at >= begin) and (end is None or at < end)
        for at in rows.started_at
    ]
    return np.array(may, dtype=bool), sum(at is None for at in rows.started_at)


def _refusal(example: Example, found: FoundNeighbours) -> str:
    if found.good < FEWEST_GOOD:
        return (
            f"Cannot be said: {found.good} good batches are known, and {FEWEST_GOOD} are needed to "
            "tell what is normal."
        )
    if not found.traits:
        what = "trajectory" if example.by == ComparedBy.TRAJECTORY else "feature"
        return f"Cannot be said: batch {example.batch_id} has no {what} to be compared by."
    return ""


def _remarks(example: Example, found: FoundNeighbours, undated: int) -> list[str]:
    (neighbours,) = found.neighbours.values()
    remarks = []
    if not found.is_own_product:
        remarks.append(
            f"Fewer than {FEWEST_GOOD} good batches of its product are known: spreads are those of "
            f"{found.good} good batches of any product."
        )
    if len(neighbours) < example.top:
        remarks.append(f"Only {len(neighbours)} batches fit; {example.top} were asked for.")
    if found.apart:
        remarks.append(
            f"{found.apart} batches are left out: they have less than half in common with it."
        )
    if undated:
        remarks.append(f"{undated} batches are left out: nobody noted when they started.")
    if len({one.rank for one in neighbours}) < len(neighbours):
        remarks.append("Batches of one rank are equally near.")
    return remarks
