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
    *,
    batches_per_year: Quantity,
    lead_time_before_h: Quantity,
    lead_time_after_h: Quantity,
    batch_value_usd: Quantity,
    carrying_rate_per_year: Quantity,
    laboratory_h_per_batch: Quantity,
    laboratory_usd_per_h: Quantity,
    equipment_h_per_batch: Quantity,
    equipment_usd_per_h: Quantity,
    capacity_limited_share: Quantity,
) -> Quantity:
    """Return the yearly saving of earlier release, before run cost.

    Inventory no longer held, laboratory work no longer done, and equipment set free, which is
    worth something only while demand is limited by capacity.

    Args:
        batches_per_year: Batches released in a year.
        lead_time_before_h: Hours to release with conventional testing.
        lead_time_after_h: Hours to release with in-process prediction.
        batch_value_usd: USD value of one waiting batch.
        carrying_rate_per_year: Yearly holding cost as a share of value, 0 to 1.
        laboratory_h_per_batch: Laboratory hours saved per batch.
        laboratory_usd_per_h: USD per laboratory hour.
        equipment_h_per_batch: Equipment hours set free per batch.
        equipment_usd_per_h: USD per equipment hour while capacity is limiting.
        capacity_limited_share: Share of the year in which capacity limits demand, 0 to 1.

    Returns:
        USD per year before run cost, zero or more as long as release gets earlier.
    """
    fewer_waiting = waiting_batches(batches_per_year, lead_time_before_h - lead_time_after_h)
    inventory = fewer_waiting * batch_value_usd * carrying_rate_per_year
    laboratory = batches_per_year * laboratory_h_per_batch * laboratory_usd_per_h
    freed = batches_per_year * equipment_h_per_batch * equipment_usd_per_h
    return inventory + laboratory + freed * capacity_limited_share


def release_savings_by_role(
    batches_per_year: Quantity, role: Callable[[str], Quantity]
) -> Quantity:
    """Return the yearly saving of a release lever from the numbers in its roles, in USD per year.

    Args:
        batches_per_year: Batches released in a year.
        role: From the name of a role (``assumption_schema.units.RELEASE_ROLES``) to its number.
    """
    return release_savings_usd_per_year(
        batches_per_year=batches_per_year,
        lead_time_before_h=role("lead_time_before"),
        lead_time_after_h=role("lead_time_after"),
        batch_value_usd=role("batch_value"),
        carrying_rate_per_year=role("carrying_rate"),
        laboratory_h_per_batch=role("laboratory_time_saved"),
        laboratory_usd_per_h=role("laboratory_cost"),
        equipment_h_per_batch=role("equipment_time_freed"),
        equipment_usd_per_h=role("equipment_value"),
        capacity_limited_share=role("capacity_limited"),
    )
