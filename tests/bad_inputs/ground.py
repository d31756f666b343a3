"""What a bad input is spoilt from: a small sound source, and what is asked of the command line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

PROFILE = """\
profile: small_plant
files:
  batches: {path: batches.csv}
  results: {path: results.csv}
tables:
  batches:
    file: batches
    same_names: [batch_id, production_order, product, started_at, disposition]
  lab_results:
    file: results
    same_names: [batch_id, stage, test, value, unit]
outcomes:
  - name: failure
    title: Batch rejected
    rule: disposition = 'rejected'
    first_known_stage: 6
"""
READINGS_FILE = "  readings: {path: readings.parquet}\n"
READINGS_TABLE = """\
  sensor_readings:
    file: readings
    same_names: [equipment_id, tag, recorded_at, value]
"""
CHECK = ("check", "--source", "{profile}", "--data", "{data}")
RUN = ("run", "--quick", "--source", "{profile}", "--data", "{data}", "--home", "{home}")


class Ground:
    """A folder with a profile, its delivered files, and a home that does not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile = folder / "small_plant.yaml"
        self.data = folder / "data"
        self.home = folder / "home"
        self.batches = self.data / "batches.csv"
        self.results = self.data / "results.csv"

    def lay(self) -> None:
        """Write what is sound."""
        self.data.mkdir()
        self.profile.write_text(PROFILE)
        rows = ["batch_id,production_order,product,started_at,disposition"]
        rows += [
            f"B{n:03d},{n},P1,2024-01-{1 + n // 4:02d} 08:00:00,"
            + ("rejected" if n % 10 == 0 else "released")
            for n in range(1, 101)
        ]
        self.batches.write_text("\n".join(rows) + "\n")
        rows = ["batch_id,stage,test,value,unit"]
        rows += [f"B{n:03d},6,assay_pct,{99 + n / 100},%" for n in range(1, 101)]
        self.results.write_text("\n".join(rows) + "\n")

    def swap(self, old: str, new: str) -> None:
        """Change the profile's text."""
        text = self.profile.read_text()
        assert old in text, old
        self.profile.write_text(text.replace(old, new))

    def add(self, text: str) -> None:
        """Add to the end of the profile."""
        self.profile.write_text(self.profile.read_text() + text)

    def rule(self, expression: str) -> None:
        """Write an expression, as a block of YAML, where a derived column stands."""
        lines = expression.splitlines() or [""]
        block = "\n".join(f"        {line}" for line in lines)
        self.swap(
            "{path: results.csv}", f"\n    path: results.csv\n    derived:\n      d: |-\n{block}"
        )

    def parquet(self, frame: pl.DataFrame | None = None) -> Path:
        """Deliver the results as Parquet instead, and return the file."""
        file = self.data / "results.parquet"
        self.swap("results.csv", "results.parquet")
        found = pl.read_csv(self.results) if frame is None else frame
        self.results.unlink()
        found.write_parquet(file)
        return file

    def readings(self) -> Path:
        """Deliver sensor readings too, and return their file."""
        file = self.data / "readings.parquet"
        text = self.profile.read_text()
        text = text.replace("tables:\n", f"{READINGS_FILE}tables:\n{READINGS_TABLE}")
        self.profile.write_text(text)
        seconds = pl.datetime_range(
            pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 1, 0, 0, 49), "1s", eager=True
        )
        pl.DataFrame(
            {
                "equipment_id": ["PRS-1"] * 50,
                "tag": ["force_kn"] * 50,
                "recorded_at": seconds,
                "value": [float(n) for n in range(50)],
            }
        ).write_parquet(file)
        return file


def as_delivered(_: Ground) -> None:
    """Leave everything sound: the words of the command are what is bad."""


@dataclass(frozen=True)
class BadInput:
    """One bad input.

    Attributes:
        name: What is wrong with it.
        spoil: Makes it from a sound source.
        told: Pattern of what the message must say.
        words: The command, with ``{profile}``, ``{data}``, ``{home}`` and ``{folder}`` for paths.
        codes: Exit codes that are right.
    """

    name: str
    spoil: Callable[[Ground], object]
    told: str
    words: tuple[str, ...] = CHECK
    codes: tuple[int, ...] = field(default=(1, 2))

    def command(self, ground: Ground) -> list[str]:
        """Return the words of the command on a ground."""
        paths = {
            "profile": ground.profile,
            "data": ground.data,
            "home": ground.home,
            "folder": ground.folder,
        }
        found = []
        for word in self.words:
            for name, path in paths.items():
                word = word.replace(f"{{{name}}}", str(path))  # noqa: PLW2901
            found.append(word)
        return found


Spoil = Callable[[Ground], object]
PUBLISHED = "home/published/warehouse.duckdb"


def sql(query: str, home: str = "{home}") -> tuple[str, ...]:
    return ("sql", query, "--home", home)


def put(path: str, content: bytes | None) -> Spoil:
    """Put a file, or with None a folder, at a path below the ground."""

    def spoil(ground: Ground) -> None:
        place = ground.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir() if content is None else place.write_bytes(content)

    return spoil
