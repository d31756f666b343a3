"""Mean kinetic temperature: the steady temperature that would have done as much harm.

Source: Haynes (1971), J Pharm Sci 60:927-929; USP <1079.2>, with its conventional energy of
83.14472 kJ/mol, which makes E/R 10000 K exactly. Not for frozen storage.
"""

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.stability.arrhenius import GAS_CONSTANT, ZERO_C

CONVENTIONAL_ENERGY = 83.14472  # kJ/mol


def mean_kinetic_temperature(
    temperature_c: FloatArray,
    weight: FloatArray | None = None,
    *,
    energy: float = CONVENTIONAL_ENERGY,
) -> float:
    """Return the mean kinetic temperature in degC.

    Args:
        temperature_c: Readings, degC.
        weight: Time each reading stands for; None for equal times.
        energy: Activation energy, kJ/mol.

    Raises:
        ValueError: If there is no reading.

    Examples:
        >>> round(mean_kinetic_temperature(np.array([5.0, 25.0])), 4)
        19.6977
    """
    if temperature_c.size == 0:
        raise ValueError("a mean kinetic temperature needs a reading")
    ratio = energy / GAS_CONSTANT
    rates = np.exp(-ratio / (temperature_c + ZERO_C))
    return float(-ratio / np.log(np.average(rates, weights=weight)) - ZERO_C)
