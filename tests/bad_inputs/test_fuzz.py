"""A few random inputs of each kind, always the same; ``make fuzz`` draws new ones for longer."""

from pathlib import Path

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
