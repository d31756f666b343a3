"""What it costs to put a lever in place and to run it."""

from assets.savings.arithmetic.failure_cost import Values
from assets.savings.arithmetic.identity import Quantity
from data_contracts.assumptions import Lever


def one_off_cost_usd(lever: Lever, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return implementation (its part, where shared), change control and validation, USD.

    Args:
        lever: The lever; one without programme costs gives zero.
        values: Value of each assumption.
        like: Any quantity of the kind to return.
    """
    roles = ("change_control_cost", "validation_cost")
    own = [values(lever.uses[role]) for role in roles if role in lever.uses]
    return sum(own, start=shared_cost_usd(lever, "implementation_cost", values, like))


def shared_cost_usd(lever: Lever, role: str, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return a lever's part of a cost that is paid once for all outcomes it acts on, USD.

    Args:
        lever: The lever; one without this cost gives zero.
        role: ``implementation_cost`` or ``run_cost``.
        values: Value of each assumption.
        like: Any quantity of the kind to return.
    """
    return values(lever.uses[role]) / lever.shared_by if role in lever.uses else like - like
