"""What is critical: quantities whose margin decides an outcome, and named drivers of one."""

from collections.abc import Iterable

import polars as pl

Place = tuple[str, str]  # source and quantity; a sensor's without its phase

_PREFIXES = {
    "parameter": "parameter",
    "lab": "lab_result",
    "sensor": "sensor",
    "material": "material",
}


def critical_quantities(
    outcome_definitions: pl.DataFrame, outcome_margins: pl.DataFrame, drivers: pl.DataFrame
) -> dict[Place, str]:
    """Return why each critical quantity is.

    Args:
        outcome_definitions: ``core.outcome_definitions``.
        outcome_margins: ``core.outcome_margins``.
        drivers: ``finding.drivers``.

    Returns:
        (source, quantity) -> reasons in words. Results stand under ``lab_result`` and ``parameter``
        both, as an outcome may be decided by either; a sensor's quantity is ``<unit
        procedure>.<tag>``.
    """
    reasons: dict[Place, list[str]] = {}
    measured = outcome_margins.group_by("measured_quantity", maintain_order=True).agg(
        pl.col("outcome").unique().sort(), thin=(pl.col("margin") < 1).mean()
    )
    for row in measured.sort("measured_quantity").iter_rows(named=True):
        said = f"its margin decides {', '.join(row['outcome'])}; {_thinness(row['thin'])}"
        for source in ("lab_result", "parameter"):
            reasons.setdefault((source, row["measured_quantity"]), []).append(said)
    for row in outcome_definitions.sort("outcome").iter_rows(named=True):
        for quantity in _listed(row["defining_quantities"]):
            for source in ("lab_result", "parameter"):
                if (source, quantity) not in reasons:
                    said = f"it decides {row['outcome']}, or is that by another name"
                    reasons[(source, quantity)] = [said]
    for row in (
        drivers.filter(pl.col("is_named")).sort("outcome", "gate", "rank").iter_rows(named=True)
    ):
        for member in _listed(row["members"]):
            place = _place_of(member)
            said = f"associated with {row['outcome']} (named driver)"
            if place is not None and said not in reasons.setdefault(place, []):
                reasons[place].append(said)
    return {place: "; ".join(words) for place, words in reasons.items()}


def reason_of(critical: dict[Place, str], source: str, quantity: str) -> str | None:
    """Return why a charted quantity is critical, None where it is not.

    Examples:
        >>> critical = {("sensor", "coating.inlet_c"): "associated with failure (named driver)"}
        >>> reason_of(critical, "sensor", "coating.spray.inlet_c")
        'associated with failure (named driver)'
    """
    if source == "sensor":
        procedure, *_, tag = quantity.split(".")
        quantity = f"{procedure}.{tag}"
    return critical.get((source, quantity))


def _place_of(member: str) -> Place | None:
    """Where a feature is recorded: ``sensor.coating.inlet_c.mean`` is of coating.inlet_c."""
    first, *rest = member.split(".")
    if first not in _PREFIXES or not rest:
        return None
    depth = 2 if first in ("sensor", "material") else 1
    return _PREFIXES[first], ".".join(rest[:depth])


def _thinness(share: float | None) -> str:
    if share is None:
        return "no margin is known"
    return f"{share:.1%} of margins are under 1 robust sd"


def _listed(text: str | None) -> Iterable[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
