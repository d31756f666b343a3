"""Splits received records into those that keep their contract and those that do not.

Here belongs the application of a contract's rules (``record_checks``) and of its unique key to
records as they arrive. Records are accepted or refused, never dropped and never repaired.
"""

import polars as pl

from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.quality.record_checks import RecordCheck, record_checks, unreadable_mask
from data_contracts.quality.strict_types import read_as

REFUSED_COLUMNS = ("source_file", "source_row", "column_name", "rule", "value", "reason")
_POSITION = "__position"  # of a record in what was received; no contract column starts with __


def split_records(frame: pl.DataFrame, contract: Contract) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split received records into accepted and refused.

    Args:
        frame: Received records in the contract's column names, as text or typed, in the order
            received; ``source_file`` and ``source_row`` say where each stood. Columns the source
            does not have may be missing.
        contract: What the records should be.

    Returns:
        The accepted records, typed, in the order received, with every column of the contract that
        is not provenance and the provenance columns that were given; and the refused records, one
        row each: source_file, source_row, column_name, rule, value, reason, for the first rule
        the record breaks. Rows of both add up to the rows received.

    Raises:
        ContractError: A column is not in the contract, or a required column is missing altogether.
    """
    received = _received(frame, contract)
    typed, unreadable = _typed(received, contract)
    broken = _first_broken(typed.hstack(unreadable), record_checks(contract), received)
    accepted = typed.filter(~pl.col(_POSITION).is_in(broken[_POSITION].implode()))
    again = _repeated_keys(accepted, contract)
    accepted = accepted.filter(~pl.col(_POSITION).is_in(again[_POSITION].implode()))
    refused = pl.concat([broken, again]).sort(_POSITION)
    where = received.select(_POSITION, "source_file", "source_row")
    refused = where.join(refused, on=_POSITION, how="inner", maintain_order="left")
    refused = refused.select(REFUSED_COLUMNS).cast({"source_row": pl.Int64})
    kept = [*contract.compared_columns, *(n for n in _provenance(contract) if n in frame.columns)]
    return accepted.select(kept), refused


def _provenance(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if column.is_provenance]


def _received(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Add what the source is silent about, refusing what cannot be this table at all."""
    allowed = {*contract.column_names, "source_file", "source_row"}
    if unknown := [name for name in frame.columns if name not in allowed]:
        raise ContractError(
            f"{contract.name} has no column {', '.join(map(repr, unknown))}: "
            "map it or leave it out."
        )
    missing = [
        column.name
        for column in contract.columns
        if column.is_required and not column.is_provenance and column.default is None
        if column.name not in frame.columns
    ]
    if missing:
        raise ContractError(
            f"{contract.name} needs the column {', '.join(missing)}, which the source does not "
            "give: map one of its columns to it."
        )
    silent = [
        pl.lit(None, dtype=pl.String).alias(name)
        for name in contract.compared_columns
        if name not in frame.columns
    ]
    received = frame.with_columns(silent).with_row_index(_POSITION)
    if "source_file" not in frame.columns:
        received = received.with_columns(source_file=pl.lit(contract.name))
    if "source_row" not in frame.columns:
        received = received.with_columns(source_row=pl.col(_POSITION) + 1)
    return received


def _typed(received: pl.DataFrame, contract: Contract) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the typed records and, per compared column, where a given value is unreadable."""
    typed, unreadable = [received[_POSITION]], []
    for column in contract.columns:
        if column.name not in received.columns:
            continue
        values, mask = read_as(received[column.name], column)
        if column.default is not None:
            values = values.zip_with(values.is_not_null() | mask, _constant(values, column.default))
        typed.append(values)
        if not column.is_provenance:
            unreadable.append(mask.alias(unreadable_mask(column.name)))
    return pl.DataFrame(typed), pl.DataFrame(unreadable)


def _constant(values: pl.Series, default: object) -> pl.Series:
    return pl.Series(values.name, [default], dtype=values.dtype).new_from_index(0, values.len())


def _first_broken(
    judged: pl.DataFrame, checks: list[RecordCheck], received: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per record that breaks a rule: the first rule, what it said and why."""
    masks = judged.select(
        check.is_broken.fill_null(False).alias(str(order)) for order, check in enumerate(checks)
    )
    found = [_broken_rows(received.clear(), _NO_RULE)]
    for order, check in enumerate(checks):
        mask = masks[str(order)]
        if mask.any():
            found.append(_broken_rows(received.filter(mask), check))
    return pl.concat(found).unique(_POSITION, keep="first", maintain_order=True)


def _broken_rows(records: pl.DataFrame, check: RecordCheck) -> pl.DataFrame:
    return records.select(
        pl.col(_POSITION),
        pl.lit(", ".join(check.columns)).alias("column_name"),
        pl.lit(check.rule).alias("rule"),
        _value_in_words(check.columns).alias("value"),
        pl.lit(check.reason).alias("reason"),
    )


_NO_RULE = RecordCheck("", (), pl.lit(False), "")


def _value_in_words(columns: tuple[str, ...]) -> pl.Expr:
    """Return the received value; of several columns, each with its name."""
    texts = [pl.col(name).cast(pl.String).fill_null("missing") for name in columns]
    if len(columns) == 0:
        return pl.lit(None, dtype=pl.String)
    if len(columns) == 1:
        return pl.col(columns[0]).cast(pl.String)
    named = [pl.format(f"{name} = {{}}", text) for name, text in zip(columns, texts, strict=True)]
    return pl.concat_str(named, separator=", ")


def _repeated_keys(accepted: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return every record whose key an earlier accepted record has."""
    key = contract.key
    if not key:
        return _broken_rows(accepted.clear(), _NO_RULE)
    first = accepted.select(_POSITION, *key).unique(list(key), keep="first", maintain_order=True)
    reason = f"an earlier record has the same {', '.join(key)}"
    again = accepted.join(first.select(_POSITION), on=_POSITION, how="anti")
    return _broken_rows(again, RecordCheck("unique_key", key, pl.lit(True), reason))
