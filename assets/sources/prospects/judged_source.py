"""The records of a source as everything here looks at them, and where each was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.sources.admission import Admission
from data_contracts.profile import Profile

PLACE = ("source_file", "source_row")


@dataclass(frozen=True)
class JudgedSource:
    """A source read and judged.

    Attributes:
        profile: How it is mapped.
        cleaned: Rows of each delivered file as text, by the profile's name of the file.
        admissions: Accepted and refused records by ``raw.<table>``.
        decided: ``core.outcomes`` as a run would decide them; None where nobody decided them.
    """

    profile: Profile
    cleaned: Mapping[str, pl.DataFrame]
    admissions: Mapping[str, Admission]
    decided: pl.DataFrame | None

    def accepted(self, table: str) -> pl.DataFrame:
        """Return the accepted records of a raw table with ``source_file`` and ``source_row``."""
        return self.admissions[f"raw.{table}"].accepted

    def delivered_column(self, table: str, target: str) -> str:
        """Return the delivered column that fills a target, or the target where none does."""
        for mapping in self.profile.mappings:
            if mapping.table == f"raw.{table}":
                for cell in mapping.cells:
                    if cell.target == target and cell.column is not None:
                        return cell.column
        return target

    def delivered_quantity(self, table: str, name: str) -> str:
        """Return the delivered column of a test, parameter or attribute, or its name."""
        for mapping in self.profile.mappings:
            if mapping.table == f"raw.{table}":
                for wide in mapping.unpivot:
                    if wide.name == name:
                        return wide.column
        return name
