"""What counts as slow is a list of files that exist, and every test is of one kind."""

import pytest

from tests.conftest import LONGEST_FILES, ROOT, SLOW_FILES


def test_every_file_listed_exists() -> None:
    assert not [file for file in (*LONGEST_FILES, *SLOW_FILES) if not (ROOT / file).is_file()]


def test_every_test_is_unit_or_slow(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        kinds = [mark.name for mark in item.iter_markers() if mark.name in ("unit", "slow")]
        assert len(set(kinds)) == 1, item.nodeid
