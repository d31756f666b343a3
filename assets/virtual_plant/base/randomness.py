"""Random numbers keyed by what they are for, so that no draw depends on another draw.

Every variable has its own Philox stream (Salmon et al. 2011), keyed by (seed, variable); batch i
takes the i-th number of it. Adding a variable, a batch or a policy therefore changes no other
number, and the order in which things are computed changes nothing at all.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SMALLEST = 1e-12


@cache
def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def stream(seed: int, name: str, index: int = 0) -> np.random.Generator:
    """The generator of one variable, or of one (variable, index) cell.

    Args:
        seed: Seed of the simulation, 0 or above.
        name: What the numbers are for.
        index: Batch, lot or month; streams of different indices never overlap.

    Returns:
        A generator at the start of its stream.
    """
    key = np.array([seed, _key(name)], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, index, 0, 0]))


def streams(seed: int, name: str) -> Callable[[int], np.random.Generator]:
    """The streams of many cells of one variable, ten times as fast as one :func:`stream` each.

    Args:
        seed: Seed of the simulation.
        name: What the numbers are for.

    Returns:
        Index to the generator of that cell at its start. It is one generator set back and forth,
        so a cell's numbers must be drawn before the next is asked for.
    """
    generator = stream(seed, name)
    state: Any = generator.bit_generator.state

    def of(index: int) -> np.random.Generator:
        state["state"]["counter"][1] = index
        generator.bit_generator.state = state
        return generator

    return of


def uniforms(seed: int, name: str, count: int) -> Floats:
    """The first ``count`` uniforms of a variable, strictly between 0 and 1.

    Args:
        seed: Seed of the simulation.
        name: What the numbers are for.
        count: How many; a longer draw begins with the shorter one.

    Returns:
        Shape (count,).
    """
    return np.clip(stream(seed, name).random(count), _SMALLEST, 1.0 - _SMALLEST)


def normals(seed: int, name: str, count: int) -> Floats:
    """Standard normals by inversion of :func:`uniforms`, so that one number makes one value.

    Args:
        seed: Seed of the simulation.
        name: What the numbers are for.
        count: How many.

    Returns:
        Shape (count,).
    """
    return normal_quantile(uniforms(seed, name, count))


def normal_quantile(probability: Floats) -> Floats:
    """Inverse of the standard normal distribution function.

    Args:
        probability: Values strictly between 0 and 1.

    Returns:
        Same shape.
    """
    from scipy.special import ndtri

    return np.asarray(ndtri(probability), dtype=np.float64)


def normal_probability(value: Floats) -> Floats:
    """The standard normal distribution function.

    Args:
        value: Any real numbers.

    Returns:
        Same shape, 0 to 1.
    """
    from scipy.special import ndtr

    return np.asarray(ndtr(value), dtype=np.float64)


def lognormals(seed: int, name: str, count: int, law: tuple[float, float]) -> Floats:
    """Lognormal draws.

    Args:
        seed: Seed of the simulation.
        name: What the numbers are for.
        count: How many.
        law: Median (0 gives zeros) and standard deviation of the logarithm.

    Returns:
        Shape (count,).
    """
    median, log_sd = law
    return median * np.exp(log_sd * normals(seed, name, count))


def choices(seed: int, name: str, count: int, shares: dict[str, float]) -> NDArray[np.int64]:
    """Draws among named levels.

    Args:
        seed: Seed of the simulation.
        name: What the numbers are for.
        count: How many.
        shares: Level to share; they are scaled to sum to 1.

    Returns:
        Positions of the levels, shape (count,).
    """
    edges = np.cumsum(list(shares.values()))
    drawn = np.searchsorted(edges / edges[-1], uniforms(seed, name, count), side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int64)
