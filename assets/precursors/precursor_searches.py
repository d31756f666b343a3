"""The account of the searches for precursors: how wide each was, and what came of it in words."""

from typing import Any

import numpy as np
import polars as pl

from assets.precursors.search import FAMILY_LEVEL, OutcomeSearch
from data_contracts.codes.records import SearchVerdict
from data_contracts.tables import table

REFUSALS = {
    SearchVerdict.NO_EVENTS: (
        "The source records no event that came before a batch of this outcome, so nothing "
        "could be searched."
    ),
    SearchVerdict.TOO_FEW_FAILURES: (
        "Only {failures} of {batches} batches are known to have failed: too few to tell what "
        "comes before a failure from chance."
    ),
    SearchVerdict.TOO_FEW_EXPOSED: (
        "Every kind of event came before fewer than five batches, or before all but five: "
        "nothing could be compared."
    ),
    SearchVerdict.TOO_FEW_ARRANGEMENTS: (
        "The {failures} failures among {batches} batches can be exchanged with matched "
        "batches in too few ways to tell a pattern from chance."
    ),
}


def precursor_searches(searches: list[OutcomeSearch], draws: int) -> pl.DataFrame:
    """Account for the search of every outcome, also where it could not be made.

    Args:
        searches: The searches of a run.
        draws: Permutations behind the error control.

    Returns:
        ``finding.precursor_searches``: one row per outcome.
    """
    return table("finding.precursor_searches", [_row(each, draws) for each in searches])


def _row(search: OutcomeSearch, draws: int) -> dict[str, Any]:
    failures, batches = int(search.subjects.label.sum()), int(search.subjects.label.size)
    types = len(search.exposures.pairs)
    row: dict[str, Any] = {
        "outcome": search.outcome, "batches": batches, "failures": failures,
        "event_types": types, "exposures": len(search.exposures.described),
        "blocks": int(np.unique(search.block).size), "draws": draws,
        "left_out": ",".join(search.left_out) or None,
    }  # fmt: skip
    told = (
        f" Left out, because they define this outcome: {', '.join(search.left_out)}."
        if search.left_out
        else ""
    )
    if search.scores is None or search.chance is None:
        refusal = search.refusal or SearchVerdict.NO_EVENTS
        reason = REFUSALS[refusal].format(failures=failures, batches=batches)
        return {**row, "verdict": refusal, "reason": f"{reason}{told}"}
    smallest = search.chance.p_value(float(search.scores.score.max()))
    verdict = SearchVerdict.FOUND if smallest <= FAMILY_LEVEL else SearchVerdict.NONE_FOUND
    words = {
        SearchVerdict.FOUND: (
            "At least one kind of event comes before failures more often than chance gives"
        ),
        SearchVerdict.NONE_FOUND: (
            "No kind of event comes before failures more often than chance gives"
        ),
    }[verdict]
    reason = (
        f"{words} to a search over {types} event types and scopes and "
        f"{row['exposures']:,} windows, among {failures} failures in {batches} batches "
        f"(smallest family-wise p {_written(smallest)}).{told}"
    )
    return {**row, "verdict": verdict, "reason": reason, "smallest_p_value": smallest,
            "score_needed": search.chance.threshold(FAMILY_LEVEL)}  # fmt: skip


def _written(p: float) -> str:
    return "above 0.99" if p > 0.99 else f"{p:.2g}"
