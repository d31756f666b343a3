"""The headline's move since the run before, split by what changed."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest

from assets.savings.business_case import stated_figures
from assets.savings.changes.headline import MEASURES, Figures, Part, Said, headline_parts
from assets.savings.changes.headline import headline_figures as figures_of
from assets.savings.changes.states import SortedBatches, sorted_batches
from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import HeadlinePart

Records = Callable[..., BusinessRecords]
PRICE = "direct_material_usd_per_batch"
LOSS = "baseline_loss_usd_per_year"


def worked(records: BusinessRecords, priced: Assumptions) -> Figures:
    return figures_of(stated_figures(priced, records, draws=500, seed=1, resamples=10))


def said(records: BusinessRecords, priced: Assumptions, code: str = "a") -> Said:
    numbers = {
        name: (float(each.low), float(each.base), float(each.high))
        for name, each in priced.parameters.items()
    }
    return Said(records, numbers, worked(records, priced), code, "1.0")


def only(records: BusinessRecords, batches: Iterable[str]) -> BusinessRecords:
    """The records of some batches, judged as all."""
    kept = pl.col("batch_id").is_in(list(batches))
    return replace(
        records, batches=records.batches.filter(kept), outcomes=records.outcomes.filter(kept)
    )


def dearer(priced: Assumptions) -> Assumptions:
    was = priced[PRICE]
    raised = replace(was, high=was.high * 2, base=was.base * Fraction(3, 2))
    return replace(priced, parameters={**priced.parameters, PRICE: raised})


def split(before: Said, now: Said, priced: Assumptions, found: SortedBatches) -> dict[str, Figures]:
    parts = headline_parts(before, now, priced, found, worked)
    assert [part.part for part in parts] == [
        HeadlinePart.NEW_BATCHES,
        HeadlinePart.CORRECTED_RECORDS,
        HeadlinePart.ASSUMPTIONS,
        HeadlinePart.MODELS,
        HeadlinePart.METHOD,
    ]
    return moves(before, parts)


def moves(before: Said, parts: list[Part]) -> dict[str, Figures]:
    last: Figures = before.figures
    found: dict[str, Figures] = {}
    for part in parts:
        found[part.part] = {m: part.figures[m] - last[m] for m in MEASURES}
        last = part.figures
    return found


def moved(found: dict[str, Figures]) -> set[str]:
    return {name for name, each in found.items() if any(abs(move) > 1e-6 for move in each.values())}


def test_where_nothing_changed_nothing_moved(records_of: Records, assumptions: Assumptions) -> None:
    now = said(records_of(), assumptions)
    found = sorted_batches(now.records, now.records, ())
    assert moved(split(now, now, assumptions, found)) == set()


def test_a_price_that_changed_is_the_whole_move(
    records_of: Records, assumptions: Assumptions
) -> None:
    same = records_of()
    before, now = said(same, assumptions), said(same, dearer(assumptions))
    found = split(before, now, dearer(assumptions), sorted_batches(same, same, ()))
    assert moved(found) == {HeadlinePart.ASSUMPTIONS}
    assert found[HeadlinePart.ASSUMPTIONS][LOSS] == now.figures[LOSS] - before.figures[LOSS] > 0


def test_new_batches_are_the_whole_move(records_of: Records, assumptions: Assumptions) -> None:
    whole = records_of()
    first = only(whole, whole.batches["batch_id"][:300])
    before, now = said(first, assumptions), said(whole, assumptions)
    sorts = sorted_batches(first, whole, ())
    assert len(sorts.new) == 100
    assert not sorts.has_corrections
    assert moved(split(before, now, assumptions, sorts)) == {HeadlinePart.NEW_BATCHES}


def test_a_verdict_that_is_gone_is_the_models(
    records_of: Records, assumptions: Assumptions
) -> None:
    before = said(records_of(), assumptions)
    now = said(records_of(verdict="no_signal"), assumptions)
    found = split(before, now, assumptions, sorted_batches(before.records, now.records, ()))
    assert moved(found) == {HeadlinePart.MODELS}
    assert found[HeadlinePart.MODELS]["annual_savings_usd"] == -before.figures["annual_savings_usd"]
    assert before.figures["annual_savings_usd"] > 0


def test_what_another_method_gives_is_the_method(
    records_of: Records, assumptions: Assumptions
) -> None:
    now = said(records_of(), assumptions)
    before = replace(now, code_hash="b", figures={m: v / 2 for m, v in now.figures.items()})
    found = split(before, now, assumptions, sorted_batches(now.records, now.records, ()))
    assert moved(found) == {HeadlinePart.METHOD}


def test_a_corrected_batch_is_told_from_a_new_one(
    records_of: Records, assumptions: Assumptions
) -> None:
    """Batch B0000 failed; its record is corrected to good while a hundred batches are new."""
    whole = records_of()
    is_corrected = pl.col("batch_id") == "B0000"
    now_outcomes = whole.outcomes.with_columns(
        is_failure=pl.when(is_corrected).then(pl.lit(value=False)).otherwise("is_failure")
    )
    corrected = replace(whole, outcomes=now_outcomes)
    first = only(whole, whole.batches["batch_id"][:300])
    sorts = sorted_batches(first, corrected, {"B0000"})
    assert sorts.corrected == {"B0000"}
    before, now = said(first, assumptions), said(corrected, assumptions)
    found = split(before, now, assumptions, sorts)
    count = "baseline_failures_per_year"
    assert moved(found) == {HeadlinePart.NEW_BATCHES, HeadlinePart.CORRECTED_RECORDS}
    with_new = worked(whole, assumptions)[count]
    assert found[HeadlinePart.NEW_BATCHES][count] == pytest.approx(with_new - before.figures[count])
    assert found[HeadlinePart.CORRECTED_RECORDS][count] == pytest.approx(
        now.figures[count] - with_new
    )


def test_the_parts_add_up_whatever_changed(records_of: Records, assumptions: Assumptions) -> None:
    whole, priced = records_of(verdict="no_signal"), dearer(assumptions)
    first = only(records_of(), whole.batches["batch_id"][:300])
    before, now = said(first, assumptions, "b"), said(whole, priced)
    before = replace(before, figures={m: v * 1.1 for m, v in before.figures.items()})
    found = split(before, now, priced, sorted_batches(first, whole, {"B0001"}))
    for measure in MEASURES:
        whole_move = now.figures[measure] - before.figures[measure]
        assert sum(each[measure] for each in found.values()) == pytest.approx(whole_move)


def test_a_result_that_was_waited_for_is_no_correction(records_of: Records) -> None:
    whole = records_of()
    waiting = pl.col("batch_id") == "B0399"
    pending = whole.outcomes.with_columns(is_failure=pl.when(~waiting).then("is_failure"))
    sorts = sorted_batches(replace(whole, outcomes=pending), whole, {"B0399", "B0001"})
    assert (set(sorts.settled), set(sorts.corrected), set(sorts.new)) == (
        {"B0399"},
        {"B0001"},
        set(),
    )


def test_a_stopped_model_moves_the_part_of_the_models(
    records_of: Records, assumptions: Assumptions
) -> None:
    before = said(records_of(), assumptions)
    stopped = {"state": "stopped", "reason": "it is old", "outcome": "failure"}
    silenced = pl.DataFrame([{**stopped, "gate": gate} for gate in (3, 4, 5)])
    now = said(replace(records_of(), silenced_models=silenced), assumptions)
    found = sorted_batches(before.records, now.records, ())
    moves_by_part = split(before, now, assumptions, found)
    assert moved(moves_by_part) == {HeadlinePart.MODELS}
    assert moves_by_part[HeadlinePart.MODELS]["annual_savings_usd"] < 0
