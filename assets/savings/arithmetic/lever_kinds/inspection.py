"""Inspection by a machine: labour and false rejects saved, once a panel shows that it detects."""

from assets.savings.arithmetic.identity import Quantity
from assets.savings.arithmetic.lever_kinds.kind import KindOfLever
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverAlone, LeverValue
from assets.savings.arithmetic.lever_kinds.ruling import LeverRecords, RefusedLever, Ruling
from assets.statistics.intervals import clopper_pearson
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import LeverBasis, LeverRefusal

PANEL_SHOWS = "The seeded-defect panel shows detection; what it saves is assumed, not measured."


def value(alone: LeverAlone[Quantity]) -> LeverValue[Quantity]:
    """Return labour no longer paid, and good batches no longer rejected."""
    labour = alone("inspection_time_saved") * alone("inspection_cost")
    kept = alone("false_reject_share") * alone("batch_value")
    return alone.direct(alone.exposure.batches_per_year * (labour + kept))


def decision(assumptions: Assumptions, lever: Lever, outcome: str, records: LeverRecords) -> Ruling:
    """Carry it out, on assumed savings, where its panel shows detection.

    A panel judged by a frozen protocol counts; two numbers that somebody stated say what a lever
    would be worth, and still owe one.
    """
    is_shown = records.has_evidence(lever, outcome)
    refusal = None if is_shown else panel_refusal(assumptions, lever)
    if refusal is not None:
        return Ruling(lever.planning_gate, refusal=refusal)
    return Ruling(lever.planning_gate, PANEL_SHOWS, basis=LeverBasis.ARITHMETIC)


def panel_refusal(assumptions: Assumptions, lever: Lever) -> RefusedLever | None:
    """Return why automated inspection is not carried out, or None if its panel shows detection.

    Clopper-Pearson: 29 of 29 seeded defects show at least 90% at 95% confidence.

    Args:
        assumptions: The set; it states the panel's result.
        lever: A lever of this kind.
    """
    defects = int(assumptions[lever.uses["panel_defects"]].base)
    found = int(assumptions[lever.uses["panel_detected"]].base)
    needed = float(assumptions[lever.uses["required_detection"]].base)
    if not defects:
        return RefusedLever(
            LeverRefusal.NO_PANEL,
            "No panel of seeded defects was inspected; enter its result under "
            f"'{lever.uses['panel_defects']}' and '{lever.uses['panel_detected']}'.",
        )
    shown, _ = clopper_pearson(found, defects, level=0.9)  # its lower end, one-sided at 95%
    if shown < needed:
        return RefusedLever(
            LeverRefusal.DETECTION_NOT_SHOWN,
            f"{found} of {defects} seeded defects were found: that shows at least {shown:.0%} at "
            f"95% confidence, and {needed:.0%} is required.",
        )
    return None


KIND = KindOfLever(value, decision)
