"""The weather and the shared room: one series for the whole span, for batches and tags alike."""

from dataclasses import dataclass

import numpy as np

from assets.virtual_plant.base.randomness import Floats, stream
from assets.virtual_plant.declaration.plant import Air, AirLaw
from assets.virtual_plant.production.schedule import HOUR_S, YEAR_S, Seconds


@dataclass(frozen=True)
class AirSeries:
    """Hourly series from the plant's first midnight; values at other instants are interpolated.

    Attributes:
        dew_point_c: Outdoor dew point.
        humidity_pct: Relative humidity of the room.
        temperature_c: Temperature of the room.
    """

    dew_point_c: Floats
    humidity_pct: Floats
    temperature_c: Floats

    def at(self, series: str, instant_s: Seconds) -> Floats:
        """Values of one series.

        Args:
            series: ``dew_point_c``, ``humidity_pct`` or ``temperature_c``.
            instant_s: Seconds since the plant's first midnight.

        Returns:
            Interpolated values, same shape.
        """
        hourly: Floats = getattr(self, series)
        hour = instant_s / HOUR_S
        # the hours asked for only: a month takes as long in a plant of fifty years as in one of one
        first = max(0, int(hour.min(initial=len(hourly) - 1)))
        near = hourly[first : max(first + 1, int(hour.max(initial=0)) + 2)]
        return np.interp(hour, np.arange(first, first + len(near)), near)


def make_air(air: Air, seed: int, until_s: float) -> AirSeries:
    """Draw the weather and the room.

    Args:
        air: Their laws.
        seed: Seed of the simulation.
        until_s: Last instant needed.

    Returns:
        Hourly series that cover the span.
    """
    hours = int(until_s / HOUR_S) + 2
    season = -np.cos(2 * np.pi * np.arange(hours) * HOUR_S / YEAR_S)
    weather = air.sd_c * _wandering(seed, "weather", hours, air.persistence_h)
    dew_point = air.dew_point_mean_c + air.dew_point_amplitude_c * season + weather
    above = dew_point - air.dew_point_mean_c
    return AirSeries(
        dew_point_c=dew_point,
        humidity_pct=_follow(air.humidity, above, seed, "room.humidity"),
        temperature_c=_follow(air.temperature, above, seed, "room.temperature"),
    )


def _follow(law: AirLaw, above: Floats, seed: int, name: str) -> Floats:
    own = law.sd * _wandering(seed, name, len(above), law.persistence_h)
    return np.asarray(law.mean + law.per_dew_point_c * above + own, dtype=np.float64)


def _wandering(seed: int, name: str, hours: int, persistence_h: float) -> Floats:
    from scipy.signal import lfilter

    keep = np.exp(-1.0 / persistence_h)
    noise = stream(seed, name).standard_normal(hours)
    noise[1:] *= np.sqrt(1 - keep**2)
    return np.asarray(lfilter([1.0], [1.0, -keep], noise), dtype=np.float64)
