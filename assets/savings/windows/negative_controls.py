"""What the path from records to a saving makes of parameters that cannot prevent a failure.

Two controls of every window studied go the same way as the parameter itself: its values dealt to
other lots, and the value of the next batch, which is made too late. A path that finds money in
either finds it in nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.savings.windows.window_effects import StudiedWindow
from assets.statistics.array_types import IntArray
from assets.statistics.resampling.permutation import cluster_keys, permuted_positions
from data_contracts.codes.money import NegativeControl
from data_contracts.tables import table

Control = Callable[[WindowRecords, int], WindowRecords]
# (lever, outcome, control) -> the parameter it is made of, and what was found or why nothing was.
Controls = Mapping[tuple[str, str, str], tuple[str, WindowEffect | str]]


def dealt_to_other_lots(records: WindowRecords, seed: int) -> WindowRecords:
    """Return the records with the parameter's values dealt to other lots of the product.

    Args:
        records: The recorded batches.
        seed: Of the dealing.
    """
    keys = cluster_keys(int(records.cluster.max()) + 1, 1, seed)
    dealt = permuted_positions(records.product, records.cluster, keys)[0]
    return replace(records, value=records.value[dealt])


def next_batch(records: WindowRecords, seed: int) -> WindowRecords:
    """Return the records with the value of the product's next batch, the batch's own held.

    Args:
        records: The recorded batches.
        seed: Not used: nothing is drawn.
    """
    following = _following(records.product)
    kept = np.flatnonzero(following >= 0)
    own = (records.value - records.value.mean()) / max(float(records.value.std()), 1e-12)
    beside = replace(
        records,
        value=records.value[following],
        neighbours=np.column_stack([records.neighbours, own]),
    )
    return beside.taken(kept)


def _following(product: IntArray) -> IntArray:
    """Return per batch the position of the next batch of its product; -1 for the last."""
    following = np.full(product.size, -1, dtype=np.int64)
    for code in np.unique(product):
        own = np.flatnonzero(product == code)
        following[own[:-1]] = own[1:]
    return following


CONTROLS: Mapping[str, Control] = {
    NegativeControl.DEALT_TO_OTHER_LOTS: dealt_to_other_lots,
    NegativeControl.NEXT_BATCH: next_batch,
}


def controlled(
    one: StudiedWindow, outcome: str, *, resamples: int, seed: int
) -> dict[str, WindowEffect | str]:
    """Study the controls of one window the way it was studied itself.

    Args:
        one: What was estimated on which records.
        outcome: The outcome.
        resamples: Bootstrap resamples of lots.
        seed: The run's seed.

    Returns:
        Control to what was found, or why nothing was; none where the window was not estimated.
    """
    found: dict[str, WindowEffect | str] = {}
    if one.records is None:
        return found
    for name, control in CONTROLS.items():
        records = control(one.records, seed)
        window = Window.trimmed(records.value, one.direction, one.trimmed_share)
        found[name] = window_effect(
            records, outcome, one.feature, window, resamples=resamples, seed=seed, title=one.title
        )
    return found


def negative_controls(
    controls: Controls, *, usd_per_failure: float, batches_per_year: float
) -> pl.DataFrame:
    """Price the controls of every window studied.

    Args:
        controls: What was found of them.
        usd_per_failure: Avoidable cost of a failed batch at base, USD.
        batches_per_year: Batches made in a year.

    Returns:
        ``economics.negative_controls``.
    """
    worth = usd_per_failure * batches_per_year
    rows = [
        {"lever": f"{lever}.{outcome}", "outcome": outcome, "control": control, "feature": feature}
        | _priced(found, worth)
        for (lever, outcome, control), (feature, found) in controls.items()
    ]
    return table("economics.negative_controls", rows)


def _priced(found: WindowEffect | str, worth: float) -> dict[str, Any]:
    if isinstance(found, str):
        return {"is_claimed": False, "value_usd_per_year": 0.0, "reason": found}
    is_claimed = found.refusal is None
    return {
        "is_claimed": is_claimed,
        "prevented_per_batch": found.expected.value,
        "prevented_low": found.expected.low,
        "prevented_high": found.expected.high,
        "value_usd_per_year": round(found.expected.value * worth, 2) if is_claimed else 0.0,
        "reason": found.refusal or found.sentence,
    }
