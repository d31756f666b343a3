"""Whether a panel of seeded defects shows that a machine detects them."""

from assets.statistics.intervals import clopper_pearson
from data_contracts.assumptions import Assumptions, Lever


def inspection_refusal(assumptions: Assumptions, lever: Lever) -> str | None:
    """Return why automated inspection is not carried out, or None if its panel shows detection.

    Clopper-Pearson: 29 of 29 seeded defects show at least 90% at 95% confidence.

    Args:
        assumptions: The set; it states the panel's result.
        lever: A lever of kind ``inspection``.
    """
    defects = int(assumptions[lever.uses["panel_defects"]].base)
    found = int(assumptions[lever.uses["panel_detected"]].base)
    needed = float(assumptions[lever.uses["required_detection"]].base)
    if not defects:
        return (
            "No panel of seeded defects was inspected; enter its result under "
            f"'{lever.uses['panel_defects']}' and '{lever.uses['panel_detected']}'."
        )
    shown, _ = clopper_pearson(found, defects, level=0.9)  # its lower end, one-sided at 95%
    if shown < needed:
        return (
            f"{found} of {defects} seeded defects were found: that shows at least {shown:.0%} at "
            f"95% confidence, and {needed:.0%} is required."
        )
    return None
