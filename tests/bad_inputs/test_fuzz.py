"""A few random inputs of each kind, always the same; ``make fuzz`` draws new ones for longer."""

from pathlib import Path

import pytest

from tests.bad_inputs.fuzz import TARGETS, fuzz

EXAMPLES = {"profile": 60, "csv": 40, "parquet": 40, "expression": 400}


@pytest.mark.parametrize("target", TARGETS)
def test_random_inputs_are_accepted_or_refused(target: str, tmp_path: Path) -> None:
    assert fuzz(target, tmp_path, examples=EXAMPLES[target]) >= EXAMPLES[target]
