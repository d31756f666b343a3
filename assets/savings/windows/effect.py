"""The effect of holding a parameter in a window: its figures, and when they support a saving.

Two targets, never mixed: the expected difference of this process (lots and residuals redrawn), and
the ledger difference on these very batches. How both are estimated is in ``estimation``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.lot_means import lots_agree
from assets.savings.windows.policy import Window
from assets.statistics.array_types import FloatArray
from assets.statistics.regression.e_value import e_value
from data_contracts.titles import within_sentence

SMALLEST_OVERLAP, LARGEST_OUTSIDE = 0.9, 0.02
CONFOUNDING = "unmeasured_confounding_ratio"
LARGEST_GAP = 2.0  # standard errors between two estimators of one difference
LEVEL_90_SPREADS = 3.29  # width of a 90% interval in standard deviations of a normal
LEVEL_95_SPREADS = 3.92


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

    @property
    def at_95(self) -> "Estimate":
        """The same with its 95% interval, for whoever asks for that level."""
        return Estimate(
            self.value,
            self.value + (self.low - self.value) * LEVEL_95_SPREADS / LEVEL_90_SPREADS,
            self.value + (self.high - self.value) * LEVEL_95_SPREADS / LEVEL_90_SPREADS,
        )


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
        share: Failures prevented per batch over the observed rate of the outcome's failures.
        exposed_ratio: Risk of the batches recorded outside the window over their risk inside it.
        calibration: What the model's risk was multiplied by, to come to the rate of the failures
            that the margins explain.
        estimator_gap_spreads: How far the two estimators of the expected difference lie apart, in
            standard deviations of their difference over the same resamples.
        lot_p_value: Of the test that lots tell another effect than batches within them; None where
            the parameter hardly varies within lots, and whatever a lot shares beside it counts as
            its doing.
        outside_window_share: Share of batches recorded outside the window.
        overlap_share: Share of batches whose past leaves the window room.
        extrapolated_share: Share of held values beyond the recorded range of their product.
        batches: Batches it rests on.
        failures: Of these, failed.
        beside: Title and window of each parameter held at the same time.
    """

    outcome: str
    feature: str
    title: str
    window: Window
    expected: Estimate
    ledger: Estimate
    robust: Estimate
    share: Estimate
    exposed_ratio: Estimate
    calibration: float
    estimator_gap_spreads: float
    lot_p_value: float | None
    outside_window_share: float
    overlap_share: float
    extrapolated_share: float
    batches: int
    failures: int
    beside: tuple[tuple[str, Window], ...] = ()

    @property
    def held(self) -> str:
        """What is held where, in words."""
        every = [(self.title, self.window), *self.beside]
        return " and ".join(f"{within_sentence(name)} {spoken(own)}" for name, own in every)

    @property
    def evidence_values(self) -> tuple[float, float]:
        """E-value of the effect on the batches it moves, and of the end of its interval.

        How strongly something unmeasured would have to go with both the parameter and failure to
        explain the difference away (VanderWeele & Ding 2017).
        """
        low = max(self.exposed_ratio.low, 1.0)
        return e_value(max(self.exposed_ratio.value, 1.0)), e_value(low)

    @property
    def no_room(self) -> str | None:
        """Why the parameter cannot be held there, by its values alone; None if it can."""
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
        return None

    @property
    def disagreement(self) -> str:
        """How far the two estimators lie apart, for a reader."""
        return (
            f"Two ways of estimating it disagree: {self.expected.value:.2%} of batches by the "
            f"margins, {self.robust.value:.2%} by the label, "
            f"{self.estimator_gap_spreads:.1f} standard errors apart."
        )

    @property
    def refusal(self) -> str | None:
        """Why this window is not held, or None if it may be."""
        if self.no_room is not None:
            return self.no_room
        if self.estimator_gap_spreads > LARGEST_GAP:
            return self.disagreement
        if self.share.low <= 0:
            return (
                f"The effect is not told from none: {self.share.value:.0%} of failures "
                f"({self.share.low:.0%} to {self.share.high:.0%}, 90% interval)."
            )
        return None

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        value, nearest = self.evidence_values
        compared = "between lots alone"
        if self.lot_p_value is not None:
            agree = lots_agree(self.lot_p_value)
            compared = "within and between lots, which agree" if agree else "within lots"
        return (
            f"Holding {self.held} goes with "
            f"{self.share.value:.0%} fewer failures ({self.share.low:.0%} to "
            f"{self.share.high:.0%}, 90% interval), compared {compared}, named on one half of the "
            f"lots and measured on the other, over {self.batches} batches; the model's risk was "
            f"multiplied by {self.calibration:.2f} to come to the failures that margins explain. "
            f"Something unmeasured could explain it away from an E-value of {value:.1f} "
            f"({nearest:.1f} for the end of the interval)."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the share of failures prevented.

        Normal with the bootstrap's spread, times what is left of the effect when something
        unmeasured accounts for part of the risk ratio between batches outside and inside.

        Source: external adjustment by a bias factor (Greenland 1996; Lash, Fox & Fink 2009, ch. 8).
        """
        spread = (self.share.high - self.share.low) / LEVEL_90_SPREADS
        drawn = self.share.value + spread * draws.normal(f"window.{self.outcome}.{self.feature}")
        ratio = self.exposed_ratio.value
        if ratio > 1:
            drawn = drawn * (ratio - draws(CONFOUNDING)) / (ratio - 1)
        return {"effect": np.minimum(drawn, 1.0)}


def spoken(window: Window) -> str:
    """Return a window in words."""
    low, high = (
        f"{end:.4g}" if abs(end) < 1e4 else f"{end:,.0f}" for end in (window.low, window.high)
    )
    if not np.isfinite(window.low):
        return f"below {high}"
    if not np.isfinite(window.high):
        return f"above {low}"
    return f"between {low} and {high}"
