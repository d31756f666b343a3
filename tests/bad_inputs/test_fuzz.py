"""A few random inputs of each kind, always the same; ``make fuzz`` draws new ones for longer."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.bad_inputs.fuzz import TARGETS, Fuzzed, fuzz

EXAMPLES = {"profile": 60, "csv": 40, "parquet": 40, "expression": 400}


@pytest.mark.parametrize("target", TARGETS)
def test_random_inputs_are_accepted_or_refused(target: str, tmp_path: Path) -> None:
    assert fuzz(target, tmp_path, examples=EXAMPLES[target]) >= EXAMPLES[target]


FOUND = {
    "csv": [(0.0, 0, b"\r", 1)],  # a carriage return alone is the header
    "parquet": [
        (0.0, 0, b"\x00", 1),
        (0.0, 0, b"\x00\x00\x00\x00", 1),
        (0.6157153652197954, 1, b"\x01", 1),  # one byte of the schema
    ],
}


@pytest.mark.parametrize("target", FOUND)
def test_what_the_fuzzer_found_is_refused_now(target: str, tmp_path: Path) -> None:
    getattr(Fuzzed(tmp_path), target)(FOUND[target])


def test_readings_whose_file_lies_about_their_range_are_no_crash(tmp_path: Path) -> None:
    fuzzed = Fuzzed(tmp_path)
    fuzzed.parquet([])  # sound files, and the profile that reads them
    file = tmp_path / "data" / "readings.parquet"
    table = pq.read_table(file)
    pq.write_table(table, file, compression="none", use_dictionary=False)
    first, second = table["recorded_at"].cast("int64").to_pylist()[:2]
    sound = file.read_bytes()
    at = sound.index(first.to_bytes(8, "little") + second.to_bytes(8, "little"))  # the values
    file.write_bytes(sound[:at] + (9 * 10**18).to_bytes(8, "little") + sound[at + 8 :])
    assert fuzzed.read()
