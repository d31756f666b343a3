"""What a page may show: the claims and rows of one published warehouse.

Tables a source does not have read as no rows, so that a template can say so in a sentence.
"""

from typing import Any

import polars as pl

from data_contracts.errors import LotwiseError
from reports.claims import Query, claim_id, tables_present, tables_read, written
from reports.formats import WrittenFigure
from reports.inert_rows import inert


class NothingClaimedError(LotwiseError):
    """The warehouse has no claims, so there is nothing a report could say."""


class Facts:
    """Claims and rows of one published warehouse.

    Args:
        query: Answers SQL from the published warehouse.

    Raises:
        NothingClaimedError: ``evidence.claims`` is missing or empty.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._present = tables_present(query)
        claims = self.frame("SELECT * FROM evidence.claims ORDER BY claim_id")
        if claims.is_empty():
            raise NothingClaimedError(
                "The published warehouse holds no claims (evidence.claims): run `lotwise run` "
                "first, then draw the report."
            )
        self.claims = {row["claim_id"]: row for row in claims.iter_rows(named=True)}

    def frame(self, sql: str) -> pl.DataFrame:
        """Return the rows of a query, inert; none where one of its tables does not exist."""
        if not tables_read(sql) <= self._present:
            return pl.DataFrame()
        return inert(self._query(sql))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries."""
        return self.frame(sql).to_dicts()

    def has(self, name: str, key: object = None) -> bool:
        """Tell whether a claim was made."""
        return claim_id(name, None if key is None else str(key)) in self.claims

    def value(self, name: str, key: object = None) -> float | None:
        """Return the bare value of a claim; None when it was not made or is a text."""
        row = self.claims.get(claim_id(name, None if key is None else str(key)))
        return None if row is None else row["value"]

    def has_interval(self, name: str, key: object = None) -> bool:
        """Tell whether a claim was made with an interval."""
        row = self.claims.get(claim_id(name, None if key is None else str(key)))
        return row is not None and row["interval_low"] is not None

    def written(self, full_id: str) -> WrittenFigure:
        """Write a claim, value and interval apart."""
        row = self.claims[full_id]
        value = row["value_text"] if row["value"] is None else row["value"]
        if row["value"] is None:
            return WrittenFigure(str(value))
        return written(full_id, value, row["interval_low"], row["interval_high"], row["unit"])
