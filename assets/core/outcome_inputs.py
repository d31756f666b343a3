"""Everything the rules and margins of outcomes read, gathered as measurements."""

from collections.abc import Mapping, Sequence

import polars as pl

from assets.core.batch_facts import fact_measurements
from assets.core.defining_events import event_measurements
from assets.core.measurements import measurements
from data_contracts.profile_schema.outcomes import Outcome
from data_contracts.profile_schema.rule_names.batch_facts import is_fact, underlying_quantity

# Tables beside batches, by the name of their contracts without schema.
RECORDS = ("lab_results", "parameters", "phases", "deviations", "equipment_events")


def quantities_of(outcomes: Sequence[Outcome]) -> set[str]:
    """Return every test, parameter, kind of event and fact outcomes are decided or measured by."""
    return {
        name
        for outcome in outcomes
        for name in (*outcome.rule_quantities, *(m.quantity for m in outcome.margins))
    }


def read_by(
    outcomes: Sequence[Outcome], batches: pl.DataFrame, records: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Gather what outcomes are decided and measured by.

    Args:
        outcomes: The outcomes of the profile.
        batches: ``core.batches``, as of the as-of date.
        records: Core tables by name, those of ``RECORDS``.

    Returns:
        Measurements (``measurements.SCHEMA``) of tests and parameters, of defining events and of
        facts of a batch.
    """
    wanted = quantities_of(outcomes)
    events = {name for outcome in outcomes for name in outcome.defined_by_events} & wanted
    facts = {name for name in wanted - events if is_fact(name)}
    tested = {name for name in map(underlying_quantity, facts) if name is not None}
    measured = measurements(
        records["lab_results"], records["parameters"], (wanted - events - facts) | tested
    )
    return pl.concat(
        [
            measured.filter(pl.col("quantity").is_in(wanted)),
            event_measurements(
                events,
                batches,
                records["phases"],
                records["deviations"],
                records["equipment_events"],
            ),
            fact_measurements(facts, batches, records["phases"], measured),
        ]
    )
