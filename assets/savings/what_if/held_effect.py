"""What holding parameters where somebody names it does, or why the records do not say.

The guards stand in the order in which they cost: meaning, records, estimate, and last the two
controls that cannot prevent anything, which go the same way with the same windows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.savings.what_if.guards import effect_refusal, records_refusal
from assets.savings.what_if.joint_records import joint_records
from assets.savings.what_if.parameters import AskedParameter
from assets.savings.what_if.refusal import Refusal, RefusalCode
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import HeldWindow, joint_effect
from assets.savings.windows.negative_controls import CONTROLS


@dataclass(frozen=True)
class HeldEffect:
    """What holding does.

    Attributes:
        effect: What was estimated; None where the records were not asked.
        inside_share: Share of batches recorded inside every window, 0 to 1; None where none is
            known.
        refusal: Why it is no answer; None where it is one.
    """

    effect: WindowEffect | None
    inside_share: float | None
    refusal: Refusal | None


def held_effect(
    tables: Mapping[str, pl.DataFrame],
    outcome: str,
    parameters: Sequence[AskedParameter],
    *,
    resamples: int,
    seed: int,
) -> HeldEffect:
    """Estimate what holding parameters does, as the run estimates its own windows.

    Args:
        tables: As for ``window_records``.
        outcome: The outcome.
        parameters: What is held where, the parameter known last first.
        resamples: Bootstrap resamples of lots, at least 20.
        seed: The run's seed.
    """
    joint = joint_records(tables, outcome, parameters)
    if joint is None:
        reason = f"No batch has all of it on record: the parameters, and a result of '{outcome}'"
        unknown = Refusal(RefusalCode.NO_MARGIN, f"{reason} with its distance to a limit.")
        return HeldEffect(None, None, unknown)
    inside = float(joint.inside(parameters).mean())
    refusal = records_refusal(joint, parameters)
    if refusal is not None:
        return HeldEffect(None, inside, refusal)
    held = [
        HeldWindow(one.feature, one.title, records, one.window)
        for one, records in zip(parameters, joint.records, strict=True)
    ]
    effect = joint_effect(held, outcome, resamples=resamples, seed=seed)
    refusal = effect_refusal(effect)
    if isinstance(effect, str):
        return HeldEffect(None, inside, refusal)
    if refusal is None:
        refusal = _control_refusal(held, outcome, resamples, seed)
    return HeldEffect(effect, inside, refusal)


def _control_refusal(
    held: Sequence[HeldWindow], outcome: str, resamples: int, seed: int
) -> Refusal | None:
    """Refuse where the same path would claim a saving of something that cannot prevent any."""
    for name, control in CONTROLS.items():
        changed = [
            HeldWindow(one.feature, one.title, control(one.records, seed), one.window)
            for one in held
        ]
        found = joint_effect(changed, outcome, resamples=resamples, seed=seed)
        if isinstance(found, WindowEffect) and found.refusal is None:
            return Refusal(
                RefusalCode.CONTROL_CLAIMS,
                f"The same path claims {found.share.value:.0%} fewer failures of a stand-in that "
                f"cannot prevent any ({name.replace('_', ' ')}), so it would claim too much here.",
            )
    return None
