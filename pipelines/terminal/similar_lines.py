"""The answer to a search by example, as lines of text and as JSON."""

from typing import Any

from assets.similarity.example import ExampleAnswer
from assets.similarity.neighbours import Neighbour
from assets.similarity.search import FoundNeighbours


def answer_lines(answer: ExampleAnswer) -> list[str]:
    """Return the lines a person reads."""
    example, rows = answer.example, answer.rows
    own = rows.batch_ids.index(example.batch_id)
    about = f"Batch {example.batch_id}, {rows.product[own] or 'no product'}, {rows.result[own]}"
    if answer.found is None:
        return [f"{about}.", answer.refusal]
    found = answer.found
    (neighbours,) = found.neighbours.values()
    lines = [f"{about}: most like it by {example.by}, up to gate {answer.gate}.", _measure(found)]
    for one in neighbours:
        lines += ["", *_neighbour_lines(answer, one)]
    return [*lines, *([""] if answer.remarks else []), *answer.remarks]


def _measure(found: FoundNeighbours) -> str:
    usual = f"; half of them lie within {found.usual_distance:.2f}" if found.usual_distance else ""
    return (
        f"{found.traits} traits, {found.compared} batches compared{usual}. Unit: the spread of "
        f"{found.good} good batches."
    )


def _neighbour_lines(answer: ExampleAnswer, one: Neighbour) -> list[str]:
    rows = answer.rows
    started = rows.started_at[one.batch]
    day = f", {started:%Y-%m-%d}" if started is not None else ""
    part = "" if one.shared > 0.999 else f", {100 * one.shared:.0f}% in common"
    what = f"{rows.result[one.batch]}, {rows.product[one.batch] or 'no product'}"
    lines = [f"{one.rank:>3}  {rows.batch_ids[one.batch]}  {one.distance:.2f}  {what}{day}{part}"]
    if one.alike:
        lines.append(f"     both: {'; '.join(one.alike)}")
    if one.different:
        lines.append(f"     it is: {'; '.join(one.different)}")
    return lines


def answer_json(answer: ExampleAnswer) -> dict[str, Any]:
    """Return the same for machines; ``neighbours`` is empty where there is a refusal."""
    example, rows = answer.example, answer.rows
    own = rows.batch_ids.index(example.batch_id)
    told: dict[str, Any] = {
        "batch_id": example.batch_id,
        "product": rows.product[own],
        "result": rows.result[own],
        "compared_by": str(example.by),
        "gate": answer.gate,
        "refusal": answer.refusal or None,
        "remarks": answer.remarks,
        "neighbours": [],
    }
    if answer.found is None:
        return told
    found = answer.found
    (neighbours,) = found.neighbours.values()
    told |= {
        "traits": found.traits,
        "compared_batches": found.compared,
        "left_out_batches": found.apart,
        "good_batches": found.good,
        "is_own_product": found.is_own_product,
        "usual_distance": found.usual_distance,
    }
    told["neighbours"] = [
        {
            "rank": one.rank,
            "batch_id": rows.batch_ids[one.batch],
            "product": rows.product[one.batch],
            "result": rows.result[one.batch],
            "distance": one.distance,
            "shared_share": one.shared,
            "alike": one.alike,
            "different": one.different,
        }
        for one in neighbours
    ]
    return told
