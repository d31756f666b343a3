"""The sets that come with lotwise: where they lie, and whose number each of theirs is.

A shipped number is a placeholder, however well published: nobody of the plant has stated it. A few
are no prices but conventions of the method, the same everywhere until somebody decides otherwise.
"""

from difflib import get_close_matches
from pathlib import Path

from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError

BUILT_IN_DIR = Path(__file__).parents[1] / "assumptions"
METHOD_NAMES = frozenset(
    {
        "alarm_budget_share",
        "horizon_years",
        "required_detection_share",
        "unmeasured_confounding_ratio",
        "wrong_release_limit_share",
    }
)


def built_in_names() -> list[str]:
    """Return the names of the sets that come with lotwise, sorted."""
    return sorted(path.stem for path in BUILT_IN_DIR.glob("*.yaml"))


def is_shipped(path: Path) -> bool:
    """Tell whether a file is one of the sets that come with lotwise."""
    return path.resolve().parent == BUILT_IN_DIR.resolve()


def shipped_origin(name: str) -> str:
    """Return the ``PriceOrigin`` of a shipped set's number."""
    return PriceOrigin.METHOD if name in METHOD_NAMES else PriceOrigin.PLACEHOLDER


def shipped_file(name: str, where: str) -> Path:
    """Return the file of a set that a file extends.

    Args:
        name: As ``tablets``.
        where: Named in the error.

    Raises:
        AssumptionError: No set of that name comes with lotwise.
    """
    known = built_in_names()
    if name in known:
        return BUILT_IN_DIR / f"{name}.yaml"
    if "/" in name or name.endswith((".yaml", ".yml")):
        raise AssumptionError(
            f"{where}: a file extends a set that comes with lotwise, never another file, so that "
            f"no chain and no circle hides a price; write one of {', '.join(known)} and put "
            f"what '{name}' states into this file."
        )
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? There are" if close else "there are"
    raise AssumptionError(
        f"{where}: no set named '{name}' comes with lotwise; {hint} {', '.join(known)}."
    )
