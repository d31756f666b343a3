"""Records between two runs: as they were, with what is new, with what was corrected, as they are.

A batch is new where the run before did not know it, settled where that run still waited for a
result of it, and corrected where records of it were delivered again otherwise. Only this sorting
lives here.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from assets.savings.records.business_records import BusinessRecords

OF_BATCHES = ("batches", "outcomes", "outcome_margins", "gate_values")
# What is made anew at a refit only, and which models were stopped or approved since.
OF_MODELS = (
    *("verdicts", "alarm_counts", "predictions", "drivers", "replacement_intervals"),
    *("window_studies", "silenced_models", "lever_standing"),
)
DECLARED = ("outcome_definitions",)


@dataclass(frozen=True)
class SortedBatches:
    """Which batches differ from the run before.

    Attributes:
        new: Batches it did not know.
        settled: Batches it still waited for a result of, and has heard of since.
        corrected: Other batches it knew and has heard of since, or that are gone.
        is_declared_anew: Whether an outcome is defined otherwise.
    """

    new: frozenset[str]
    settled: frozenset[str]
    corrected: frozenset[str]
    is_declared_anew: bool

    @property
    def has_corrections(self) -> bool:
        """Whether something the run before had said of the records is otherwise now."""
        return bool(self.corrected) or self.is_declared_anew


def sorted_batches(
    before: BusinessRecords, now: BusinessRecords, heard_of: Collection[str]
) -> SortedBatches:
    """Sort the batches of two runs into new, settled and corrected.

    Args:
        before: Records of the run before.
        now: Records of this run.
        heard_of: Batches of which a record was delivered, or delivered otherwise, since then.
    """
    old, known = set(before.batches["batch_id"]), set(now.batches["batch_id"])
    waiting = before.outcomes.filter(pl.col("is_failure").is_null())["batch_id"]
    was_open = (old - set(before.outcomes["batch_id"])) | set(waiting)
    heard = old & known & set(heard_of)
    return SortedBatches(
        new=frozenset(known - old),
        settled=frozenset(heard & was_open),
        corrected=frozenset((heard - was_open) | (old - known)),
        is_declared_anew=not before.outcome_definitions.equals(now.outcome_definitions),
    )


def with_new_batches(
    before: BusinessRecords, now: BusinessRecords, found: SortedBatches
) -> BusinessRecords:
    """Return the records of new and settled batches as they are now, all else as it was.

    What is computed over all batches together is as it is now: it cannot be told apart.
    """
    kept: dict[str, Any] = {name: getattr(before, name) for name in (*DECLARED, *OF_MODELS)}
    for name in OF_BATCHES:
        kept[name] = _mixed(getattr(before, name), getattr(now, name), found.corrected)
    return replace(now, **kept)


def with_old_models(before: BusinessRecords, now: BusinessRecords) -> BusinessRecords:
    """Return the records as they are now, judged by the models as they were."""
    return replace(now, **{name: getattr(before, name) for name in OF_MODELS})


def has_new_models(before: BusinessRecords, now: BusinessRecords) -> bool:
    """Tell whether a table of the models differs."""
    return any(not _is_same(getattr(before, name), getattr(now, name)) for name in OF_MODELS)


def _mixed(
    old: pl.DataFrame | None, new: pl.DataFrame | None, as_was: Collection[str]
) -> pl.DataFrame | None:
    """Return the new rows, but the old ones of the batches that shall be as they were."""
    if old is None or new is None or not as_was:
        return new
    kept = pl.col("batch_id").is_in(list(as_was))
    return pl.concat([new.filter(~kept), old.filter(kept).select(new.columns)])


def _is_same(old: pl.DataFrame | None, new: pl.DataFrame | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.equals(new)
