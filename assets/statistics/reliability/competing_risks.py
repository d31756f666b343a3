"""What a wait ends in: cumulative incidence of one end among several, some waits not over yet.

Source: Aalen & Johansen (1978); Kalbfleisch & Prentice (2002), section 8.2. Weights, one per
subject, make it a draw of the Bayesian bootstrap.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

STILL_WAITING, ENDED_SO, ENDED_OTHERWISE = 0, 1, 2


@dataclass(frozen=True)
class EndOfWait:
    """Ends by time.

    Attributes:
        time: Times at which waits ended, ascending.
        at_risk: Weight still waiting just before each.
        waiting: Probability of still waiting just after each.
        incidence: Probability of having ended so by each.
    """

    time: FloatArray
    at_risk: FloatArray
    waiting: FloatArray
    incidence: FloatArray

    def eventually(self, age: FloatArray, prior: float = 1.0) -> FloatArray:
        """Return the probability that waits of such an age will end so.

        What is left where nobody was seen to wait longer is the overall share. It counts as much
        as ``prior`` subjects everywhere, so that one late batch does not decide alone.

        Args:
            age: How long each has waited.
            prior: Weight of the overall share, in subjects.

        Examples:
            >>> wait = ends_of_waits(np.array([1.0, 2, 3, 4]), np.array([1, 2, 0, 1]))
            >>> wait.eventually(np.array([2.0]), prior=0.0).tolist()
            [1.0]
        """
        place = np.searchsorted(self.time, age, side="right")
        waiting = np.concatenate([[1.0], self.waiting])[place]
        incidence = np.concatenate([[0.0], self.incidence])[place]
        # those at risk after the age: of the next end, none behind the last
        left = np.append(self.at_risk, 0.0)[place]
        ended = self.incidence[-1] if self.time.size else 0.0
        settled = 1 - (self.waiting[-1] if self.time.size else 1.0)
        share = ended / settled if settled > 0 else 0.0
        # the end of the curve may leave some waiting: they go by the overall share
        eventual = ended + (1 - settled) * share
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.where(waiting > 0, (eventual - incidence) / waiting, share)
        weight = left + prior
        mixed = np.where(
            weight > 0, (left * own + prior * share) / np.maximum(weight, 1e-12), share
        )
        return np.asarray(np.clip(mixed, 0.0, 1.0))


def ends_of_waits(time: FloatArray, end: IntArray, weight: FloatArray | None = None) -> EndOfWait:
    """Estimate by Aalen and Johansen how waits end.

    Args:
        time: How long each waited, or has waited so far.
        end: ``ENDED_SO``, ``ENDED_OTHERWISE`` or ``STILL_WAITING``.
        weight: Of each subject; None for one.

    Returns:
        The curves at every time at which a wait ended.

    Examples:
        >>> wait = ends_of_waits(np.array([1.0, 2, 3, 4]), np.array([1, 2, 0, 1]))
        >>> wait.waiting.tolist(), wait.incidence.tolist()
        ([0.75, 0.5, 0.0], [0.25, 0.25, 0.75])
    """
    weights = np.ones(time.size) if weight is None else weight
    times = np.unique(time[end != STILL_WAITING])
    order = np.argsort(time, kind="stable")
    behind = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    at_risk = behind[np.searchsorted(time[order], times, side="left")]
    place = np.searchsorted(times, time)
    ended = [
        np.bincount(place[of], weights[of], minlength=times.size)
        for of in (end == ENDED_SO, end == ENDED_OTHERWISE)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        hazards = [np.where(at_risk > 0, each / at_risk, 0.0) for each in ended]
    waiting = np.cumprod(np.clip(1 - hazards[0] - hazards[1], 0.0, 1.0))
    before = np.concatenate([[1.0], waiting[:-1]]) if times.size else waiting
    return EndOfWait(times, at_risk, waiting, np.cumsum(before * hazards[0]))
