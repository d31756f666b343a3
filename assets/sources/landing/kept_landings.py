"""What earlier runs landed: files in the home, and what the warehouse says of them.

The warehouse is believed, not the folder: a file it does not name was left by a run that did not
reach its end, and is replaced.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.sources.landing.landed_files import LandedFile
from assets.sources.landing.watermarks import Watermark
from data_contracts.profile_schema.origins.databases import DatabaseRows


@dataclass(frozen=True)
class KeptLandings:
    """The files earlier runs of a source landed.

    Attributes:
        folder: Where they lie.
        inputs: ``evidence.inputs`` of the last run; None where there was none.
    """

    folder: Path
    inputs: pl.DataFrame | None

    def had_watermark(self, folder: str) -> bool:
        """Tell whether the last run left a watermark of an entry, whatever its origin."""
        known = self._known(folder)
        return known.height > 0 and known["watermark"].count() > 0

    def _known(self, folder: str) -> pl.DataFrame:
        if self.inputs is None or "origin" not in self.inputs.columns:
            return pl.DataFrame()
        return self.inputs.filter(pl.col("file").str.starts_with(f"{folder}/")).sort("file")

    def same(self, name: str, origin: str) -> LandedFile | None:
        """Return a file of the last run, where it stands and comes from the same origin.

        Args:
            name: How accounts name it.
            origin: Where its rows come from, in words that change with the content.
        """
        for row in self._known(name.partition("/")[0]).iter_rows(named=True):
            path = self.folder / row["file"]
            if (row["file"], row["origin"]) == (name, origin) and _stands(path, row["bytes"]):
                return LandedFile(path, name, origin, None, 0)
        return None

    def continued(
        self, rows: DatabaseRows, folder: str, origin: str, reads: Collection[str]
    ) -> tuple[tuple[LandedFile, ...], Watermark | None]:
        """Return the files that stand, and where to go on; no files where all is read anew.

        Args:
            rows: What is read.
            folder: The entry's folder below the landing folder.
            origin: Where the rows come from, in words; files of another origin do not stand.
            reads: Columns the profile reads; where a file lacks one, all is read anew.
        """
        known = self._known(folder)
        if not rows.watermark or known.is_empty():
            return (), None
        files, marks = list[LandedFile](), list[Watermark]()
        for row in known.iter_rows(named=True):
            path = self.folder / row["file"]
            is_fit = set(reads) <= set(json.loads(row["columns"] or "[]"))
            if not (_stands(path, row["bytes"]) and is_fit and row["origin"] == origin):
                return (), None
            files.append(LandedFile(path, row["file"], origin, row["watermark"], 0))
            mark = Watermark.from_json(row["watermark"] or "{}", rows.watermark)
            marks += [] if mark is None else [mark]
        return (tuple(files), max(marks)) if marks else ((), None)


def _stands(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
