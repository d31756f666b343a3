"""What fills a table beside its causes: idle columns, lots, campaigns, regimes, dates, names."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.foreign_plants.table import Floats, Parameter

QUANTITIES = (
    "mixing_time_min", "mixing_speed_rpm", "jacket_temperature_c", "inlet_air_temperature_c",
    "outlet_air_temperature_c", "spray_rate_g_per_min", "bowl_pressure_mbar", "binder_mass_kg",
    "water_added_kg", "granule_moisture_pct", "mill_speed_rpm", "screen_load_kg",
    "bulk_density_g_ml", "tapped_density_g_ml", "blend_time_min", "blend_torque_n",
    "lubricant_mass_kg", "hopper_level_pct",
    "feeder_speed_rpm", "turret_speed_rpm", "main_force_kn", "pre_force_kn", "ejection_force_n",
    "punch_temperature_c", "tablet_weight_mg", "tablet_thickness_mm", "hardness_n",
    "friability_pct",
    "coating_temperature_c", "coating_spray_g_per_min", "pan_speed_rpm", "exhaust_humidity_pct",
    "atomising_air_bar", "coating_mass_kg", "room_temperature_c", "room_humidity_pct",
    "filling_speed_rpm", "sealing_temperature_c", "sealing_pressure_bar", "dwell_time_s",
    "label_torque_n", "carton_count_load", "hold_time_h", "drying_time_h", "cooling_rate_c_per_h",
    "vacuum_mbar", "purge_flow_l_per_min", "conductivity_us", "ph_adjust_ml", "filter_pressure_bar",
)  # fmt: skip
CATEGORIES = ("binder_supplier", "press", "shift", "operator_team", "dryer")


@dataclass(frozen=True)
class Background:
    """The shape of one table before anything acts.

    Attributes:
        rng: Source of everything that follows.
        batches: 600 to 1,000.
        names: Column names not used yet, in the table's own order.
        lot: (batches,) code of the lot, in runs of 5 to 15 batches.
        product: Per batch.
        days: Days since the first batch; None where the source has no dates.
    """

    rng: np.random.Generator
    batches: int
    names: list[str]
    lot: np.ndarray
    product: list[str]
    days: Floats | None

    @property
    def lots(self) -> int:
        """Number of lots."""
        return int(self.lot.max()) + 1

    def name(self) -> str:
        """Take the next free column name."""
        return self.names.pop()

    def noise(self) -> Floats:
        """Standard normal noise, independent."""
        return self.rng.normal(size=self.batches)

    def lot_effect(self) -> Floats:
        """A standard normal value per lot, the same for all its batches."""
        return np.asarray(self.rng.normal(size=self.lots)[self.lot])


def background(rng: np.random.Generator, products: int | None = None) -> Background:
    """Draw size, names, lots, products and dates of a table."""
    batches = int(rng.integers(600, 1001))
    codes = ["P-110", "P-220", "P-330"][: products or int(rng.integers(1, 4))]
    share = rng.dirichlet(np.full(len(codes), 4.0))
    days = np.cumsum(rng.gamma(2.0, 0.9, size=batches)) if rng.random() < 0.6 else None
    return Background(
        rng,
        batches,
        [str(name) for name in rng.permutation(QUANTITIES)],
        runs(rng, batches),
        [codes[i] for i in rng.choice(len(codes), size=batches, p=share)],
        days,
    )


def runs(rng: np.random.Generator, batches: int) -> np.ndarray:
    """Codes in runs of 5 to 15 batches."""
    sizes = rng.integers(5, 16, size=batches)
    return np.repeat(np.arange(batches), sizes)[:batches]


def autoregressive(rng: np.random.Generator, batches: int, phi: float) -> Floats:
    """A stationary first-order autoregression of unit variance."""
    shocks = rng.normal(size=batches) * np.sqrt(1 - phi**2)
    values = np.empty(batches)
    values[0] = rng.normal()
    for i in range(1, batches):
        values[i] = phi * values[i - 1] + shocks[i]
    return values


def seasonal(rng: np.random.Generator, batches: int) -> Floats:
    """A slow wave and a random walk, together about one standard deviation."""
    wave = np.sin(2 * np.pi * (np.arange(batches) / rng.uniform(150, 400) + rng.random()))
    walk = np.cumsum(rng.normal(size=batches))
    walk = (walk - walk.mean()) / walk.std()
    return np.asarray(0.8 * wave + 0.8 * walk)


def regimes(rng: np.random.Generator, batches: int) -> np.ndarray:
    """Code of the regime of each batch: one to three abrupt changes."""
    changes = np.sort(
        rng.choice(np.arange(80, batches - 80), size=rng.integers(1, 4), replace=False)
    )
    return np.searchsorted(changes, np.arange(batches), side="right")


def parameter(made: Background, stage: int, z: Floats, name: str | None = None) -> Parameter:
    """Give a standardised column a scale of its own; its law is taken as normal around its mean."""
    scale = float(10 ** made.rng.uniform(-1, 2))
    # Masses, speeds and times are never negative, however far a tail reaches.
    level = scale * (float(made.rng.uniform(4, 20)) + max(0.0, -float(z.min())))
    values = level + scale * z
    return Parameter(
        name or made.name(), stage, values, np.full(z.size, level), scale * float(z.std())
    )


def idle_columns(made: Background, columns: int, *, phi: float | None = None) -> list[Parameter]:
    """Columns that act on nothing: normal, skewed, heavy-tailed, by lot, correlated, wandering.

    Args:
        made: The table.
        columns: How many.
        phi: Serial correlation of all of them; None for a mixture with little of it.
    """
    found: list[Parameter] = []
    while len(found) < columns:
        shape = made.rng.choice(["normal", "skewed", "heavy", "lot", "wander", "pair"])
        stage = int(made.rng.integers(2, 6))
        if phi is not None:
            z = autoregressive(made.rng, made.batches, phi)
        elif shape == "skewed":
            z = np.exp(0.6 * made.noise())
        elif shape == "heavy":
            z = made.rng.standard_t(3, size=made.batches)
        elif shape == "lot":
            z = 0.7 * made.lot_effect() + 0.7 * made.noise()
        elif shape == "wander":
            z = autoregressive(made.rng, made.batches, 0.4)
        else:
            z = made.noise()
        found.append(parameter(made, stage, z))
        if shape == "pair" and phi is None and len(found) < columns:
            found.append(parameter(made, stage, 0.85 * z + 0.53 * made.noise()))
    return found


def idle_categories(made: Background, columns: int) -> dict[str, tuple[int, list[str]]]:
    """Categories that act on nothing, two to four levels each, some in long runs."""
    found: dict[str, tuple[int, list[str]]] = {}
    for name in made.rng.permutation(CATEGORIES)[:columns]:
        levels = [f"{str(name).split('_')[-1][:3]}-{k + 1}" for k in range(made.rng.integers(2, 5))]
        by_batch = made.rng.integers(len(levels), size=made.batches)
        by_lot = made.rng.integers(len(levels), size=made.lots)[made.lot]
        code = by_lot if made.rng.random() < 0.5 else by_batch
        found[str(name)] = (int(made.rng.integers(1, 5)), [levels[k] for k in code])
    return found


def with_law(column: Parameter, centre: Floats, spread: float) -> Parameter:
    """The same column with the law of its value given what was recorded before."""
    return replace(column, centre=centre, spread=spread)
