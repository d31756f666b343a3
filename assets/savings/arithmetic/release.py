"""Real-time release: what releasing a batch hours earlier is worth.

The arithmetic of work in progress lives here (Little's law); eligibility of a batch for release
without testing is a question of evidence and is not decided here.
"""

from collections.abc import Callable

from assets.savings.arithmetic.identity import Quantity

HOURS_PER_YEAR = 8760


def waiting_batches(batches_per_year: Quantity, lead_time_h: Quantity) -> Quantity:
    """Return the batches that wait for release at any moment.

    Source: Little's law, work in progress = throughput x lead time.

    Args:
        batches_per_year: Throughput, zero or more.
        lead_time_h: Hours from the end of packaging to release, zero or more.

    Returns:
        Batches, on average over the year.
    """
    return batches_per_year * lead_time_h / HOURS_PER_YEAR


def release_savings_usd_per_year(
    batches_per_year: Quantity, role: Callable[[str], Quantity]
) -> Quantity:
    """Return the yearly saving of earlier release, before run cost.

    Inventory no longer held, laboratory work no longer done, and equipment set free, which is
    worth something only while demand is limited by capacity.

    Args:
        batches_per_year: Batches released in a year.
        role: From the name of a role to its number, in the unit that
            ``assumption_schema.lever_kinds`` gives it.

    Returns:
        USD per year before run cost, zero or more as long as release gets earlier.
    """
    earlier_h = role("lead_time_before") - role("lead_time_after")
    fewer_waiting = waiting_batches(batches_per_year, earlier_h)
    inventory = fewer_waiting * role("batch_value") * role("carrying_rate")
    laboratory = batches_per_year * role("laboratory_time_saved") * role("laboratory_cost")
    freed = batches_per_year * role("equipment_time_freed") * role("equipment_value")
    return inventory + laboratory + freed * role("capacity_limited")
