"""The cost assumptions of a run: where they come from and how one is changed by hand.

Built-in sets stand in ``assumptions/`` beside this module: ``tablets``, ``oral_capsules``,
``sterile_vials`` and ``biologics`` for a run's money, and the presets ``sterile_injectable`` and
``real_time_release``, which are plain arithmetic. What a set is made of is in
``assumption_schema.model``; what is refused, in its ``reader``.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from data_contracts.assumption_schema.entries import exact
from data_contracts.assumption_schema.lever_kinds import raising_alarms
from data_contracts.assumption_schema.model import (
    Assumption,
    Assumptions,
    HeldLever,
    LedgerCategory,
    Lever,
    Promise,
)
from data_contracts.assumption_schema.reader import read_assumptions
from data_contracts.assumption_schema.recorded import with_recorded
from data_contracts.assumption_schema.shipped import BUILT_IN_DIR, built_in_names
from data_contracts.assumption_schema.spans import check_span
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError

__all__ = [
    "BUILT_IN_DIR",
    "DEFAULT_ASSUMPTIONS",
    "DEFAULT_PRESET",
    "Assumption",
    "Assumptions",
    "HeldLever",
    "LedgerCategory",
    "Lever",
    "Promise",
    "as_declared_by_plant",
    "built_in_names",
    "load_assumptions",
    "load_built_in",
    "load_run_assumptions",
    "names_built_in",
    "with_overrides",
    "with_recorded",
]

DEFAULT_ASSUMPTIONS = "tablets"  # prices a run when neither the command nor the profile names a set
RUN_NAMES = ("batches_per_year", "discount_rate", "horizon_years")
DEFAULT_PRESET = "sterile_injectable"  # what ``lotwise roi`` shows when nothing is named


def load_built_in(name: str) -> Assumptions:
    """Load a set that comes with lotwise.

    Args:
        name: As ``tablets``.

    Raises:
        AssumptionError: There is no built-in set of that name.
    """
    if name not in built_in_names():
        raise AssumptionError(
            f"There is no built-in set of cost assumptions named '{name}'; there are "
            f"{', '.join(built_in_names())}. Name one, or the path of a file, with --assumptions."
        )
    return read_assumptions(BUILT_IN_DIR / f"{name}.yaml")


def load_assumptions(path: Path | None = None, preset: str | None = None) -> Assumptions:
    """Load the set a command asks for.

    Args:
        path: A file of assumptions, or the name of a built-in set where no such file is.
        preset: Name of a built-in set, instead of a file.

    Returns:
        The set; ``tablets`` when neither is given.

    Raises:
        AssumptionError: Both are given, or the set cannot be read.
    """
    if path is not None and preset is not None:
        raise AssumptionError(
            f"Both the preset '{preset}' and the file {path} are named; give one of the two."
        )
    if path is not None:
        is_a_name = len(path.parts) == 1 and not path.suffix and not path.exists()
        return load_built_in(str(path)) if is_a_name else read_assumptions(path)
    return load_built_in(preset or DEFAULT_ASSUMPTIONS)


def names_built_in(path: Path) -> bool:
    """Tell whether a path is the bare name of a built-in set, and no file of that name is there."""
    return str(path) in built_in_names() and not path.is_file()


def run_assumptions_file(path: Path | None, profile_choice: str | None, profile_dir: Path) -> Path:
    """Return the file of the set that prices a run (see ``load_run_assumptions``)."""
    if path is not None:
        return BUILT_IN_DIR / f"{path}.yaml" if names_built_in(path) else path
    choice = profile_choice or DEFAULT_ASSUMPTIONS
    is_built_in = choice in built_in_names()
    return BUILT_IN_DIR / f"{choice}.yaml" if is_built_in else profile_dir / choice


def load_run_assumptions(
    path: Path | None = None, profile_choice: str | None = None, profile_dir: Path | None = None
) -> Assumptions:
    """Load the set that prices a run.

    Args:
        path: A file or built-in set named on the command line; wins over the profile's choice.
        profile_choice: Name of a built-in set, or path of a file, as the profile states it.
        profile_dir: Folder that a relative path in the profile starts from.

    Returns:
        The set; ``tablets`` when nobody names one.

    Raises:
        AssumptionError: The set cannot be read, or lacks what pricing a run needs.
    """
    if path is None and profile_choice is not None and profile_choice not in built_in_names():
        path = (profile_dir or Path()) / profile_choice
    assumptions = load_assumptions(path, None if path else profile_choice)
    alerts = raising_alarms(assumptions.levers)
    missing = [name for name in RUN_NAMES if name not in assumptions.parameters]
    if not assumptions.ledger:
        missing.append("a ledger of what a failed batch costs")
    if not alerts or any("run_cost" not in lever.uses for lever in alerts):
        missing.append("an alert that states its programme's cost")
    if missing:
        raise AssumptionError(
            f"{assumptions.where}: this set cannot price a run; it lacks {', '.join(missing)}. "
            "Extend one that can: 'extends: tablets', oral_capsules, sterile_vials or biologics."
        )
    return assumptions


def with_overrides(assumptions: Assumptions, settings: Sequence[str]) -> Assumptions:
    """Change assumptions by hand, as ``--set name=value`` or ``--set name=low,base,high``.

    Args:
        assumptions: The set to change; it stays as it is.
        settings: One text per change. A single value is taken as certain; three keep the
            distribution (a certain number becomes triangular).

    Returns:
        A new set; each changed number names the command line as its source.

    Raises:
        AssumptionError: A text is not of that form, names an unknown assumption, or gives values
            that a file could not give either.
    """
    changed = dict(assumptions.parameters)
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        where = f"--set {setting}"
        if not equals or not name:
            raise AssumptionError(f"{where}: write it as name=value or name=low,base,high.")
        changed[name] = _changed(assumptions[name], text, where)
    return replace(assumptions, parameters=changed)


def as_declared_by_plant(assumptions: Assumptions) -> Assumptions:
    """Return the set as the declared prices of a simulated plant, which has no others."""
    declared = {
        name: replace(each, origin=PriceOrigin.SIMULATED_PLANT)
        if each.origin == PriceOrigin.PLACEHOLDER
        else each
        for name, each in assumptions.parameters.items()
    }
    return replace(assumptions, parameters=declared)


def _changed(old: Assumption, text: str, where: str) -> Assumption:
    values: list[Fraction] = [exact(part, where) for part in text.split(",")]
    if len(values) not in (1, 3):
        raise AssumptionError(f"{where}: give one value, or three as low,base,high.")
    low, base, high = values if len(values) == 3 else values * 3
    spread = "triangular" if old.distribution == "fixed" else old.distribution
    new = replace(
        old,
        low=low,
        base=base,
        high=high,
        distribution="fixed" if low == high else spread,
        source=f"set by hand ({where})",
        kind="assumption",
        origin=PriceOrigin.SITE,
        stated_in="--set",
    )
    check_span(new, where)
    return new
