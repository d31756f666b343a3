"""The tables that say what failed batches cost, as one thing to hand around."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from assets.savings.records.baseline import priced_failures
from assets.savings.records.failed_stages import failed_stages
from assets.savings.records.recorded_costs import recorded_costs, standard_costs_spent
from assets.savings.records.recorded_prices import recorded_prices
from data_contracts.assumptions import Assumptions


@dataclass(frozen=True)
class CostRecords:
    """The tables that say what failed batches cost, named as in the warehouse.

    Attributes:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.
        phases: ``core.phases``; may be empty, as may the rest.
        standard_costs: ``core.standard_costs``.
        write_offs: ``core.write_offs``.
    """

    batches: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    phases: pl.DataFrame
    standard_costs: pl.DataFrame
    write_offs: pl.DataFrame

    @cached_property
    def priced_failures(self) -> pl.DataFrame:
        """Every failed batch once, with the outcome and mode it is priced under."""
        return priced_failures(self.batches, self.outcomes, self.outcome_definitions)

    @cached_property
    def _spent(self) -> pl.DataFrame:
        failed = failed_stages(
            self.priced_failures, self.batches, self.outcome_definitions, self.phases
        )
        return standard_costs_spent(failed, self.batches, self.standard_costs)

    def recorded_costs(self, assumptions: Assumptions) -> pl.DataFrame:
        """Return what is on record of the cost of each failed batch, by category of a set."""
        return recorded_costs(
            self.priced_failures, assumptions.ledger, self.write_offs, self._spent
        )

    def recorded_prices(self, assumptions: Assumptions) -> pl.DataFrame:
        """Return ``economics.recorded_prices``: the numbers of a set that the records give."""
        known = self.recorded_costs(assumptions)
        return recorded_prices(assumptions, self.priced_failures, self.batches, known, self._spent)
