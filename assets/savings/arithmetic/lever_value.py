"""What one lever, acting alone, prevents, saves and costs in a year at full effect.

The formula of each kind is in ``lever_kinds``; levers that meet the same failures are combined in
``planned_levers`` and ``simulation``.
"""

from assets.savings.arithmetic.failure_cost import Values
from assets.savings.arithmetic.identity import Quantity
from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.lever_kinds.lever_alone import (
    LeverAlone,
    LeverExposure,
    LeverValue,
)
from data_contracts.assumptions import Assumptions, Lever


def lever_value(
    assumptions: Assumptions,
    lever: Lever,
    gate: int,
    values: Values[Quantity],
    exposure: LeverExposure[Quantity],
) -> LeverValue[Quantity]:
    """Return what a lever is worth, acting alone.

    Args:
        assumptions: The set the lever is declared in.
        lever: The lever.
        gate: Gate it acts at, 1 to 7.
        values: Value of each assumption.
        exposure: Batches, failures and measured roles.

    Returns:
        Yearly figures; where the set states no value for an optional role it counts as zero.
    """
    alone = LeverAlone(assumptions, lever, gate, values, exposure)
    found: LeverValue[Quantity] = kind_of(lever).value(alone)
    return found
