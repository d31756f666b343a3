"""When a column's value can be known: the firewall that keeps results out of their own prediction.

Here belong the look-ups and the refusal of raw columns that do not say when they are available.
Who may use which column for which outcome is decided in ``assets.gate_features`` from what is
said here.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError

FIRST_STAGE, LAST_STAGE = 1, 7


@dataclass(frozen=True, slots=True)
class Availability:
    """When the values of a column can be known.

    Attributes:
        stage: First of the seven stages at which any value can be known, 1 to 7.
        stage_column: Column with the record's own stage, before which it is not known either.
        known_at: Column with the instant (UTC) at which the value became known.
    """

    stage: int
    stage_column: str | None
    known_at: str | None

    def gate(self) -> pl.Expr:
        """Return the first gate, per record, at which the value may be used, 1 to 7.

        The later of the column's stage and the record's own. A record that tells neither its
        stage nor when it was known waits for the last gate.
        """
        fixed = pl.lit(self.stage, dtype=pl.Int64)
        if self.stage_column is None:
            return fixed
        own = pl.col(self.stage_column)
        is_timed = pl.lit(False) if self.known_at is None else pl.col(self.known_at).is_not_null()
        untold = pl.when(is_timed).then(fixed).otherwise(pl.lit(LAST_STAGE, dtype=pl.Int64))
        return pl.when(own.is_null()).then(untold).otherwise(pl.max_horizontal(fixed, own))


def availability(contract: Contract, column: str) -> Availability:
    """Return when a column's values can be known.

    Raises:
        ContractError: The table has no such column, or the column has no availability and so may
            never become a feature.
    """
    described = contract.column(column)
    if described.available_at_stage is None:
        raise ContractError(
            f"{contract.name}.{column} does not say when it is available: "
            "add available_at_stage (1 to 7) and known_at to its contract."
        )
    return Availability(described.available_at_stage, described.stage_column, described.known_at)


def require_availability(contract: Contract) -> None:
    """Refuse a contract whose availability is missing or contradicts its columns.

    Every raw column but keys and provenance must say its stage; wherever ``known_at`` and
    ``stage_column`` are given they must name an instant and a stage of the same table.

    Raises:
        ContractError: A column breaks this; the message names it.
    """
    for column in contract.columns:
        if contract.schema == "raw" and not (column.is_key or column.is_provenance):
            availability(contract, column.name)
        _require_stage(contract, column)
        _require_reference(contract, column, column.known_at, "TIMESTAMP")
        _require_reference(contract, column, column.stage_column, "BIGINT")


def _require_stage(contract: Contract, column: Column) -> None:
    stage = column.available_at_stage
    if stage is not None and not FIRST_STAGE <= stage <= LAST_STAGE:
        raise ContractError(
            f"{contract.name}.{column.name}: available_at_stage is {stage}; stages are 1 to 7."
        )


def _require_reference(
    contract: Contract, column: Column, named: str | None, physical_type: str
) -> None:
    if named is not None and contract.column(named).physical_type != physical_type:
        raise ContractError(
            f"{contract.name}.{column.name} refers to '{named}', which is not {physical_type}."
        )
