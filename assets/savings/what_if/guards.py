"""Guards on the records: whether they speak of what is asked, before anything is estimated."""

from collections.abc import Sequence

import numpy as np

from assets.savings.what_if.joint_records import JointRecords
from assets.savings.what_if.parameters import AskedParameter
from assets.savings.what_if.refusal import Refusal, RefusalCode
from assets.savings.windows.effect import LARGEST_GAP, SMALLEST_OVERLAP, WindowEffect, spoken
from assets.savings.windows.records import WindowRecords
from data_contracts.titles import within_sentence

FEWEST_INSIDE = 20  # batches inside, in all
FEWEST_OF_PART = 5  # and of a product, a machine, a period or a season
SMALLEST_EXPLAINED = 1 / 3  # of the failures, those that lie beyond a limit of a recorded result


def records_refusal(joint: JointRecords, parameters: Sequence[AskedParameter]) -> Refusal | None:
    """Say why the records do not speak of the windows; None if they do.

    Args:
        joint: The records.
        parameters: The parameters, in the same order.
    """
    return (
        _beyond(joint, parameters)
        or _few_inside(joint, parameters)
        or _unexplained(joint.records[0])
    )


def _unexplained(records: WindowRecords) -> Refusal | None:
    """Refuse where most failures have a reason that no recorded result shows."""
    failures = int(records.is_failed.sum())
    seen = int((records.is_failed & (records.margins < 0).any(axis=1)).sum())
    if seen >= SMALLEST_EXPLAINED * failures:
        return None
    return Refusal(
        RefusalCode.NO_MARGIN,
        f"Only {seen} of {failures} failures lie beyond a limit of a recorded result, so the "
        "results say little of what would prevent the others.",
    )


def _beyond(joint: JointRecords, parameters: Sequence[AskedParameter]) -> Refusal | None:
    """Refuse a window that lies beyond all that was ever recorded."""
    for records, one in zip(joint.records, parameters, strict=True):
        low, high = float(records.value.min()), float(records.value.max())
        if one.window.high < low or one.window.low > high:
            unit = f" {one.unit}" if one.unit else ""
            return Refusal(
                RefusalCode.OUTSIDE_RECORDS,
                f"{one.title} was recorded from {low:.4g} to {high:.4g}{unit}; "
                f"{spoken(one.window)} no batch was ever made. Is it stated in another unit?",
            )
    return None


def _few_inside(joint: JointRecords, parameters: Sequence[AskedParameter]) -> Refusal | None:
    is_inside = joint.inside(parameters)
    inside, batches = int(is_inside.sum()), is_inside.size
    if inside == batches:
        return Refusal(
            RefusalCode.NOTHING_MOVES,
            f"Each of the {batches} batches was made inside already: holding it changes nothing.",
        )
    if inside < FEWEST_INSIDE:
        return Refusal(
            RefusalCode.FEW_INSIDE,
            f"Only {inside} of {batches} batches were made inside; {FEWEST_INSIDE} is the least.",
        )
    for name, codes in joint.parts.items():
        known = codes >= 0
        counts = np.bincount(codes[known], minlength=1)
        within = np.bincount(codes[known & is_inside], minlength=counts.size)
        silent = float(counts[within < FEWEST_OF_PART].sum() / batches)
        if silent > 1 - SMALLEST_OVERLAP:
            return Refusal(
                RefusalCode.FEW_INSIDE,
                f"For {silent:.0%} of batches fewer than {FEWEST_OF_PART} of the same "
                f"{within_sentence(name)} were made inside, so the records do not say what it does "
                f"there; {1 - SMALLEST_OVERLAP:.0%} is the most.",
            )
    return None


def effect_refusal(effect: WindowEffect | str) -> Refusal | None:
    """Say why an estimate does not answer; None where it does, whatever it says.

    Args:
        effect: What was estimated, or why nothing was.
    """
    if isinstance(effect, str):
        return Refusal(RefusalCode.TOO_FEW_RECORDS, effect)
    if effect.no_room is not None:
        is_overlap = effect.overlap_share < SMALLEST_OVERLAP
        code = RefusalCode.TOO_LITTLE_OVERLAP if is_overlap else RefusalCode.OUTSIDE_RECORDS
        return Refusal(code, effect.no_room)
    if effect.estimator_gap_spreads > LARGEST_GAP:
        return Refusal(RefusalCode.ESTIMATORS_DISAGREE, effect.disagreement)
    return None
