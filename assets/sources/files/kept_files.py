"""Small Parquet files made of what DuckDB cannot read itself: sheets, look-ups, starts of clocks.

They are named by content and made in a folder that is thrown away; a run that is accepted moves
them to where its view of the readings finds them.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assets.sources.inputs import hash_file


@dataclass
class KeptFiles:
    """The files made for one reading of a source.

    Attributes:
        folder: Where they are made.
        files: Those made so far.
    """

    folder: Path
    files: list[Path] = field(default_factory=list)

    def keep(self, frame: pl.DataFrame) -> Path:
        """Write a frame and return its file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "part"
        frame.write_parquet(part)
        file = part.replace(self.folder / f"{hash_file(part)[:16]}.parquet")
        self.files.append(file)
        return file

    def move(self, sql: str, folder: Path) -> str:
        """Move the files and return SQL that read them, rewritten to read them there.

        Args:
            sql: Names the files by absolute path.
            folder: Where they stay; a file of the same content there is left alone.
        """
        for file in dict.fromkeys(self.files):
            target = folder / file.name
            if not target.exists():
                folder.mkdir(parents=True, exist_ok=True)
                part = folder / f".{file.name}.part"
                part.write_bytes(file.read_bytes())
                part.replace(target)
            sql = sql.replace(_in_sql(file), _in_sql(target))
        return sql


def _in_sql(path: Path) -> str:
    return str(path).replace("'", "''")
