"""Random profiles, CSV bytes, Parquet bytes and expressions: accepted or refused, never a crash.

The suite draws a few of each, always the same (``test_fuzz``). ``make fuzz SECONDS=600`` draws new
ones for as long as it is told, each target in a process of its own that leaves its last input
behind, so that one that kills the interpreter is known too.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from secrets import randbits
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from assets.sources.importer import read_source
from assets.sources.inspection import scratch_query
from data_contracts.errors import LotwiseError
from data_contracts.expressions import evaluate
from data_contracts.profile import load_profile
from tests.bad_inputs.drawn import EXPRESSIONS, Change, changed, changes, profiles
from tests.bad_inputs.ground import PROFILE, READINGS_FILE, READINGS_TABLE, Ground

SLOWEST_S = 10.0
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
ADDRESS_SPACE = 8 << 30


class Fuzzed:
    """A sound source in a folder, spoilt and read again and again."""

    def __init__(self, folder: Path) -> None:
        self.ground = Ground(folder)
        self.ground.lay()
        self._query = scratch_query(folder)
        self._csv = self.ground.results.read_bytes()
        self._frame = pl.read_csv(self.ground.results)
        parquet = folder / "sound.parquet"
        self._frame.write_parquet(parquet)
        self._parquet = parquet.read_bytes()
        frame = self._frame.head(50).with_columns(
            pl.lit("E").alias("equipment_id"), pl.lit("t").alias("tag")
        )
        seconds = pl.datetime(2024, 1, 1) + pl.duration(seconds=pl.int_range(0, 50))
        frame = frame.select("equipment_id", "tag", seconds.alias("recorded_at"), "value")
        frame.write_parquet(parquet)
        self._readings = parquet.read_bytes()

    def read(self) -> bool:
        """Read the source: every record is accepted or quarantined, or an error of ours raised.

        Returns:
            Whether it was read.
        """
        started = time.monotonic()
        try:
            profile = load_profile(self.ground.profile)
            report = read_source(profile, self.ground.data, self._query).report
        except LotwiseError:
            return False
        finally:
            assert time.monotonic() - started < SLOWEST_S
        for table in report.tables:
            assert table.received == table.accepted + table.quarantined, table
        return True

    def profile(self, text: str) -> None:
        """Read the sound files by a drawn profile."""
        self.ground.profile.write_text(text, encoding="utf-8", errors="surrogatepass")
        self.read()

    def csv(self, drawn: list[Change]) -> None:
        """Read drawn bytes as CSV."""
        self.ground.profile.write_text(PROFILE)
        self.ground.results.write_bytes(changed(self._csv, drawn))
        self.read()

    def parquet(self, drawn: list[Change]) -> None:
        """Read drawn bytes as Parquet, as a frame and as readings."""
        text = PROFILE.replace("results.csv", "results.parquet")
        text = text.replace("tables:\n", f"{READINGS_FILE}tables:\n{READINGS_TABLE}")
        self.ground.profile.write_text(text)
        results, readings = (self.ground.data / f"{n}.parquet" for n in ("results", "readings"))
        for file, data in ((results, self._parquet), (readings, self._readings)):
            results.write_bytes(self._parquet)
            readings.write_bytes(self._readings)
            file.write_bytes(changed(data, drawn))
            self.read()

    def expression(self, text: str) -> None:
        """Evaluate a drawn expression: a value a row, or an error of ours."""
        started = time.monotonic()
        try:
            values = evaluate(self._frame, text, "here")
        except LotwiseError:
            return
        finally:
            assert time.monotonic() - started < SLOWEST_S
        assert values.len() == self._frame.height
        assert values.cast(pl.String).len() == self._frame.height


TARGETS: dict[str, tuple[st.SearchStrategy[Any], str]] = {
    "profile": (profiles(), "profile"),
    "csv": (changes(), "csv"),
    "parquet": (changes(), "parquet"),
    "expression": (EXPRESSIONS, "expression"),
}


def fuzz(
    target: str, folder: Path, *, examples: int, number: int | None = None, last: Path | None = None
) -> int:
    """Draw examples of one target and hold each to what must hold.

    Args:
        target: One of ``TARGETS``.
        folder: An empty folder.
        examples: How many.
        number: Seed; None draws the same ones every time.
        last: File that keeps the last input drawn.

    Returns:
        How many inputs were judged.
    """
    strategy, method = TARGETS[target]
    judged: Callable[[Any], None] = getattr(Fuzzed(folder), method)
    count = 0

    def one(drawn: Any) -> None:
        nonlocal count
        if last is not None:
            last.write_text(repr(drawn), encoding="utf-8", errors="backslashreplace")
        judged(drawn)
        count += 1

    described = settings(
        max_examples=examples,
        database=None,
        derandomize=number is None,
        deadline=None,
        suppress_health_check=CHECKS,
        phases=[Phase.generate, Phase.shrink],
    )
    drawing = described(given(strategy)(one))
    (drawing if number is None else seed(number)(drawing))()
    return count


def _for_a_while(target: str, seconds: float) -> None:
    """Draw from one target until its time is over."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    last = Path(f"fuzz_last_{target}.txt").resolve()
    until, drawn = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number = randbits(32)
        with TemporaryDirectory() as folder:
            print(f"{target}: seed {number}", file=sys.stderr)
            fuzz(target, Path(folder), examples=200, number=number, last=last)
        drawn += 200
    last.unlink(missing_ok=True)
    print(f"{target}: {drawn:,} inputs in {seconds:.0f} s, none crashed")


def main() -> None:
    """Fuzz every target, or one, for as long as is said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="for all targets together")
    parser.add_argument("--target", choices=TARGETS)
    asked = parser.parse_args()
    if asked.target:
        _for_a_while(asked.target, asked.seconds)
        return
    share = asked.seconds / len(TARGETS)
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.bad_inputs.fuzz"]
    ended = [
        subprocess.run([*command, "--target", target, "--seconds", str(share)], check=False)
        for target in TARGETS
    ]
    if any(done.returncode for done in ended):
        sys.exit("An input crashed; it stands above, or in fuzz_last_<target>.txt.")


if __name__ == "__main__":
    main()
