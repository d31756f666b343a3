"""What a run was asked to do, as every topic may read it.

The settings are resolved once, when a run starts, and never change during it. Where things are
stored is not said here: that is the warehouse's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_contracts.assumptions import (
    Assumptions,
    as_declared_by_plant,
    load_run_assumptions,
    run_assumptions_file,
    with_overrides,
)
from data_contracts.errors import UsageError
from data_contracts.profile import Profile
from data_contracts.untrusted.limits import EARLIEST_INSTANT, LATEST_INSTANT
from warehouse.published_copy.retention import USUAL, Retention

VIRTUAL_PLANT = "virtual_plant"
# profile -> the virtual plant whose exports it describes, written where no data folder is named
PLANT_OF_PROFILE = {VIRTUAL_PLANT: "tablets", "sterile_vials": "sterile_vials"}
A_DAY = timedelta(days=1)  # more than any time zone moves an instant


@dataclass(frozen=True)
class SimulationSettings:
    """The virtual plant to write before the run reads it.

    Attributes:
        plant: Built-in name of the plant.
        batches: Number of batches to make, at least 1.
        years: Calendar span of production, in years.
        is_null: Whether every path into failures is cut while all marginals stay.
    """

    plant: str
    batches: int
    years: float
    is_null: bool = False


@dataclass(frozen=True)
class ModelLimits:
    """Beyond what a kept model raises no alarms until it is fitted again.

    Attributes:
        oldest_days: Age of the newest batch it was fitted on, days.
        wrongly_stopped_prob: Probability that a model which is as it was is ever stopped by
            evidence, above 0 and below 1.
        calibration_band: Factor by which the odds it gives may be wrong, at least 1.
        budget_band: Factor by which the share of alarms may exceed the alarm budget, at least 1.
    """

    oldest_days: float = 400.0
    wrongly_stopped_prob: float = 0.04
    calibration_band: float = 1.25
    budget_band: float = 2.0


USUAL_LIMITS = ModelLimits()


@dataclass(frozen=True)
class RunSettings:
    """The request behind one run.

    Attributes:
        profile: How the source's export maps onto the raw contracts.
        data_dir: Folder that holds the delivered files.
        source_key: Names the working warehouse; one per profile and data folder.
        assumptions_file: Cost assumptions, or a built-in set; None means the profile's own default.
        as_of: UTC instant up to which records count as known; None means the latest in the data.
        is_quick: Whether fewer resamples are drawn (same path, wider intervals).
        seed: Seed of every random draw of the run.
        run_id: Identity of the run in Dagster and in ``evidence.runs``.
        simulation: Set when the files are to be written by the virtual plant first.
        retention: How much of earlier runs is kept.
        price_changes: Cost assumptions changed by hand, each as ``name=low,base,high``.
        model_limits: Beyond what a kept model raises no alarms.
    """

    profile: Profile
    data_dir: Path
    source_key: str
    assumptions_file: Path | None
    as_of: datetime | None
    is_quick: bool
    seed: int
    run_id: str
    simulation: SimulationSettings | None = None
    retention: Retention = USUAL
    price_changes: tuple[str, ...] = ()
    model_limits: ModelLimits = USUAL_LIMITS

    def assumptions_in_use(self) -> Path:
        """File of the cost assumptions of the run."""
        own = self.profile
        return run_assumptions_file(self.assumptions_file, own.assumptions, own.file.parent)

    def assumptions(self) -> Assumptions:
        """Read the cost assumptions of the run.

        Raises:
            AssumptionError: The set cannot be read or cannot price a run.
        """
        return assumptions_in_force(self.profile, self.assumptions_file, self.price_changes)


def assumptions_in_force(
    profile: Profile, file: Path | None, changes: Sequence[str]
) -> Assumptions:
    """Read the set that prices a source: the named file, the profile's choice, or the default.

    Args:
        profile: The source. What a simulated plant is priced with are its own declared prices.
            Where a failure mode originates is the profile's to say, before any price file.
        file: A file or built-in set that was named; None for none.
        changes: Numbers changed by hand, each as ``name=low,base,high``.

    Raises:
        AssumptionError: The set cannot be read or cannot price a run, or a change does not fit.
    """
    read = load_run_assumptions(file, profile.assumptions, profile.file.parent)
    changed = with_overrides(read, changes)
    origins = {**changed.origin_stages, **profile.failure_modes}
    changed = replace(changed, origin_stages=origins)
    return as_declared_by_plant(changed) if profile.name in PLANT_OF_PROFILE else changed


def parse_instant(text: str) -> datetime:
    """Read an ISO date or instant as a naive UTC instant.

    Raises:
        UsageError: The text is not an ISO 8601 date or instant, or absurdly early or late.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--as-of: '{text}' is not a date; write it as 2021-04-30 or 2021-04-30T06:00."
        ) from error
    day = parsed.replace(tzinfo=None)
    if not EARLIEST_INSTANT + A_DAY <= day < LATEST_INSTANT - A_DAY:
        raise UsageError(
            f"--as-of: '{text}' lies outside {EARLIEST_INSTANT.year} to {LATEST_INSTANT.year - 1}; "
            "write the date on which the records were known, as 2021-04-30."
        )
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


def data_folder_of(profile: Profile, named: Path | None = None) -> Path:
    """Return the folder of a source's delivered files.

    A source that is fetched whole has none; its profile's own folder tells it from others.

    Args:
        profile: The source.
        named: The folder the caller names, if any.

    Raises:
        UsageError: Nobody says where it is.
    """
    own = None if profile.needs_data_dir else profile.file.parent
    folder = named or profile.data_dir or own
    if folder is None:
        raise UsageError(
            f"The profile '{profile.name}' does not say where its files are; add --data DIR."
        )
    return folder
