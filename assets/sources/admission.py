"""Accepting records by their contract, refusing the others into quarantine, counting both.

Every record received is accepted or quarantined, never dropped. An exact copy of an earlier record
of the same delivery is quarantined too but does not count against the contract's share: a file
exported twice is a nuisance, not bad data.
"""

import json
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import empty
from data_contracts.quality.record_rules import split_records

_PROVENANCE = ("source_file", "source_row")
_ID = "__id"
_SEPARATOR, _NULL = "\x1f", "\x00"
_REFUSED_TYPES = {
    name: pl.Int64() if name == "source_row" else pl.String()
    for name in (
        *("table_name", "source_file", "source_row", "column_name", "rule", "value", "reason"),
        "record",
    )
}


@dataclass(frozen=True)
class Admission:
    """One raw table's records, judged.

    Attributes:
        table: ``raw.<table>``.
        accepted: Typed records with ``source_file``, ``source_row`` and ``content_hash``.
        quarantined: Refused records in the columns of ``quarantine.records``, provenance apart.
        duplicates_identical: How many of the quarantined are exact copies of an earlier record.
        max_quarantine_share: Share (0 to 1) of received records that may be refused, copies apart.
    """

    table: str
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    duplicates_identical: int
    max_quarantine_share: float | None

    @property
    def received(self) -> int:
        """Number of records received: accepted and quarantined."""
        return self.accepted.height + self.quarantined.height

    @property
    def refused_share(self) -> float:
        """Share (0 to 1) of received records refused, exact copies apart."""
        refused = self.quarantined.height - self.duplicates_identical
        return refused / self.received if self.received else 0.0

    @property
    def is_within_share(self) -> bool:
        """Whether so few records were refused that a run may go on."""
        allowed = self.max_quarantine_share
        return allowed is None or self.refused_share <= allowed


def admit(table: str, records: pl.DataFrame, misshapen: pl.DataFrame) -> Admission:
    """Judge the records of one raw table.

    Args:
        table: ``raw.<table>``.
        records: Text columns of the contract with ``source_file`` and ``source_row``.
        misshapen: Rows of the table's files set aside before they were mapped; each counts as one
            record received.

    Returns:
        Accepted and quarantined records.

    Raises:
        ContractError: A required column is not filled at all.
    """
    described = contract(table)
    place = records.select(_PROVENANCE).with_row_index(_ID).with_columns(pl.col(_ID).cast(pl.Int64))
    # The position stands in for the source row, which one wide row may share among many records.
    numbered = records.with_columns(place[_ID].alias("source_row"))
    accepted, refused = split_records(numbered, described)
    accepted = accepted.rename({"source_row": _ID}).drop("source_file")
    accepted = accepted.join(place, on=_ID, how="left", maintain_order="left").drop(_ID)
    refused = refused.rename({"source_row": _ID}).drop("source_file")
    refused = refused.join(place, on=_ID, how="left", maintain_order="left")
    refused, identical = _with_records(refused, records)
    quarantined = pl.concat([_in_words(table, refused), _misshapen_in_words(table, misshapen)])
    return Admission(
        table=table,
        accepted=with_content_hash(accepted, described.compared_columns),
        quarantined=quarantined,
        duplicates_identical=identical,
        max_quarantine_share=described.max_quarantine_share,
    )


def _with_records(refused: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Add each refused record as JSON, and say which are exact copies of an earlier record."""
    content = [name for name in records.columns if name not in _PROVENANCE]
    rows = records[refused[_ID]].select(content).rows(named=True)
    texts = [json.dumps(row, ensure_ascii=False) for row in rows]
    first = records.select(content).with_row_index(_ID).unique(content, keep="first")
    again = ~refused[_ID].is_in(first[_ID].cast(pl.Int64).implode())
    is_copy = again & (refused["rule"] == "unique_key")
    refused = refused.with_columns(
        pl.Series("record", texts, dtype=pl.String),
        pl.when(is_copy)
        .then(pl.lit("an exact copy of an earlier record of this delivery"))
        .otherwise("reason")
        .alias("reason"),
    )
    return refused, int(is_copy.sum())


def _in_words(table: str, refused: pl.DataFrame) -> pl.DataFrame:
    named = refused.with_columns(pl.lit(table).alias("table_name"))
    return named.select(list(_REFUSED_TYPES)).cast(pl.Schema(_REFUSED_TYPES))


def _misshapen_in_words(table: str, misshapen: pl.DataFrame) -> pl.DataFrame:
    named = misshapen.with_columns(pl.lit(table).alias("table_name"))
    return named.select(list(_REFUSED_TYPES)).cast(pl.Schema(_REFUSED_TYPES))


def with_content_hash(records: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Add ``content_hash``: the same content has the same hash on any machine, in any run.

    Args:
        records: Typed records.
        columns: The columns whose content counts: all but provenance.
    """
    cells = [pl.col(name).cast(pl.String).fill_null(_NULL) for name in columns]
    joined = records.select(pl.concat_str(cells, separator=_SEPARATOR).alias("text"))["text"]
    hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in joined]
    return records.with_columns(pl.Series("content_hash", hashes, dtype=pl.String))


def empty_quarantine() -> pl.DataFrame:
    """Return no refused records, in the columns of ``quarantine.records``, provenance apart."""
    return pl.DataFrame(schema=_REFUSED_TYPES)


def nothing_admitted(table: str) -> Admission:
    """Return the admission of a table the source does not have."""
    described = contract(table)
    names = [*described.compared_columns, "source_file", "source_row", "content_hash"]
    share = described.max_quarantine_share
    return Admission(table, empty(described).select(names), empty_quarantine(), 0, share)
