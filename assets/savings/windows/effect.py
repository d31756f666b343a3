"""The effect of holding a parameter in a window: its figures, and when they support a saving.

Two targets, never mixed: the expected difference of this process (lots and residuals redrawn), and
the ledger difference on these very batches. How both are estimated is in ``estimation``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.policy import Window
from assets.statistics.array_types import FloatArray
from data_contracts.titles import within_sentence

SMALLEST_OVERLAP, LARGEST_OUTSIDE = 0.9, 0.02
LEVEL_90_SPREADS = 3.29  # width of a 90% interval in standard deviations of a normal


@dataclass(frozen=True)
class Estimate:
    """A difference per batch, positive where fewer batches fail under the window.

    Attributes:
        value: Failures prevented per batch.
        low: Lower end of the 90% interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class WindowEffect:
    """What holding one parameter in a window does to one outcome.

    Attributes:
        outcome: The outcome.
        feature: The parameter.
        title: What a reader calls it.
        window: The window.
        expected: Difference expected of the process, by g-computation.
        ledger: Difference on these very batches, by g-computation.
        robust: Difference expected of the process, doubly robust on the label.
        share: Share of failures prevented (expected), with its interval.
        outside_window_share: Share of batches recorded outside the window.
        overlap_share: Share of batches whose past leaves the window room.
        extrapolated_share: Share of held values beyond the recorded range of their product.
        batches: Batches it rests on.
        failures: Of these, failed.
        evidence_value: E-value: how strongly an unmeasured lot effect would have to go with both
            the parameter and failure to explain the difference away (VanderWeele & Ding 2017).
    """

    outcome: str
    feature: str
    title: str
    window: Window
    expected: Estimate
    ledger: Estimate
    robust: Estimate
    share: Estimate
    outside_window_share: float
    overlap_share: float
    extrapolated_share: float
    batches: int
    failures: int
    evidence_value: float

    @property
    def refusal(self) -> str | None:
        """Why this window is not held, or None if it may be."""
        if self.overlap_share < SMALLEST_OVERLAP:
            return (
                f"Only {self.overlap_share:.0%} of batches could have been made inside the window "
                f"given what came before it; {SMALLEST_OVERLAP:.0%} is the least."
            )
        if self.extrapolated_share > LARGEST_OUTSIDE:
            return (
                f"{self.extrapolated_share:.0%} of held values lie beyond anything recorded for "
                "their product."
            )
        if self.share.low <= 0:
            return (
                f"The effect is not told from none: {self.share.value:.0%} of failures "
                f"({self.share.low:.0%} to {self.share.high:.0%}, 90% interval)."
            )
        return None

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        return (
            f"Holding {within_sentence(self.title)} {spoken(self.window)} goes with "
            f"{self.share.value:.0%} fewer failures ({self.share.low:.0%} to "
            f"{self.share.high:.0%}, 90% interval), standardised "
            f"over {self.batches} batches, the ones on which it was named, which flatters it; an "
            f"unmeasured lot effect could explain it away from an E-value of "
            f"{self.evidence_value:.1f}."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the share of failures prevented, normal with the bootstrap's spread."""
        spread = (self.share.high - self.share.low) / LEVEL_90_SPREADS
        drawn = self.share.value + spread * draws.normal(f"window.{self.outcome}.{self.feature}")
        return {"effect": np.minimum(drawn, 1.0)}


def spoken(window: Window) -> str:
    """Return a window in words."""
    if not np.isfinite(window.low):
        return f"below {window.high:.4g}"
    if not np.isfinite(window.high):
        return f"above {window.low:.4g}"
    return f"between {window.low:.4g} and {window.high:.4g}"
