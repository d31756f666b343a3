"""Average run lengths of Shewhart charts with run rules, by their exact Markov chain.

Each rule watches for so many of the last points in a zone on one side. What a chart remembers is,
per rule and side, which of the last points lay there: these memories are the states.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import spsolve
from scipy.special import ndtr

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class RunRule:
    """So many of the last points beyond so many standard deviations, on one and the same side."""

    needed: int
    window: int
    beyond: float


WESTERN_ELECTRIC_RULES = (RunRule(1, 1, 3), RunRule(2, 3, 2), RunRule(4, 5, 1), RunRule(8, 8, 0))
NELSON_NINE = RunRule(9, 9, 0)


def run_rule_run_length(
    rules: Iterable[RunRule], shift: float | FloatArray = 0.0, sigma: float = 1.0
) -> FloatArray:
    """Mean points until one of several rules signals, of independent normal values.

    Args:
        rules: Rules applied together, each on both sides.
        shift: Of the mean, in sigma of the level; one or several.
        sigma: True standard deviation over the level's.

    Returns:
        Per shift, the run length of a chart just started.

    Source: Champ & Woodall, Technometrics 29:393-399 (1987).

    Examples:
        >>> np.round(run_rule_run_length([RunRule(1, 1, 3)], np.array([0.0, 1.0])), 2).tolist()
        [370.4, 43.89]
        >>> np.round(run_rule_run_length(WESTERN_ELECTRIC_RULES), 2).tolist()
        [91.75]
    """
    chosen = tuple(rules)
    edges = np.array(sorted({edge for rule in chosen for edge in (rule.beyond, -rule.beyond)}))
    inner = np.concatenate([[edges[0] - 1], (edges[1:] + edges[:-1]) / 2, [edges[-1] + 1]])
    origin, zone, target, states = _walk(chosen, inner)
    lengths = []
    for moved in np.atleast_1d(np.asarray(shift, dtype=float)):
        below = ndtr((edges - moved) / sigma)
        chance = np.diff(np.concatenate([[0.0], below, [1.0]]))
        steps = csr_matrix((chance[zone], (origin, target)), shape=(states, states))
        solved = spsolve((identity(states) - steps).tocsc(), np.ones(states))
        lengths.append(float(np.atleast_1d(solved)[0]))
    return np.array(lengths)


_Memory = tuple[int, ...]


def _walk(
    rules: tuple[RunRule, ...], inner: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Every memory a chart can come to without a signal, and the steps between them."""
    number: dict[_Memory, int] = {(0,) * (2 * len(rules)): 0}
    waiting = list(number)
    origin, zone, target = [], [], []
    while waiting:
        memory = waiting.pop()
        for at, value in enumerate(inner):
            after = _after(memory, rules, float(value))
            if after is None:
                continue
            if after not in number:
                number[after] = len(number)
                waiting.append(after)
            origin.append(number[memory])
            zone.append(at)
            target.append(number[after])
    return np.array(origin), np.array(zone), np.array(target), len(number)


def _after(memory: _Memory, rules: tuple[RunRule, ...], value: float) -> _Memory | None:
    """The memory after a point, or None where it completes a rule."""
    after = []
    for at, rule in enumerate(rules):
        for side, away in enumerate((value, -value)):
            bits = memory[2 * at + side] << 1 | int(away > rule.beyond)
            if (bits & (1 << rule.window) - 1).bit_count() >= rule.needed:
                return None
            after.append(_useful(bits & (1 << rule.window - 1) - 1, rule))
    return tuple(after)


def _useful(bits: int, rule: RunRule) -> int:
    """Forget points that can have no part in a signal: memories that act alike become one."""
    for age in range(rule.window - 2, -1, -1):
        if bits >> age & 1:
            younger = (bits & (1 << age) - 1).bit_count()
            # Until this point leaves the window, so many more points can still come.
            if 1 + younger + (rule.window - 1 - age) < rule.needed:
                bits &= ~(1 << age)
    return bits
