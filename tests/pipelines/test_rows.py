"""Rows on the terminal: everything is there, nothing is wider than the terminal."""

from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.terminal.rows import print_rows

SENTENCE = "On 603 later batches with 48 failures, none of them used in fitting, it holds. " * 3


@pytest.fixture
def width(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", "80")
    return 80


def printed(frame: pl.DataFrame, capsys: pytest.CaptureFixture[str], width: int) -> str:
    print_rows(frame)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= width
    return text


def test_long_text_goes_on_in_the_next_line(capsys, width: int) -> None:
    text = printed(pl.DataFrame({"outcome": ["failure"], "reason": [SENTENCE]}), capsys, width)
    words = [word for line in text.splitlines() for word in line.strip("│ ").split()]
    kept = [word for word in words if word in SENTENCE.split()]
    assert kept == SENTENCE.split()
    assert text.endswith("1 rows\n")


def test_rows_too_wide_for_the_terminal_are_lists(capsys, width: int) -> None:
    frame = pl.DataFrame({f"column_{i}": [f"value_{i}"] for i in range(20)})
    lines = printed(frame, capsys, width).splitlines()
    assert lines[0] == "row 1"
    assert [line.split() for line in lines[1:-1]] == [
        [f"column_{i}", f"value_{i}"] for i in range(20)
    ]


def test_values_read_as_in_the_warehouse(capsys, width: int) -> None:
    at = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)
    frame = pl.DataFrame(
        {"n": [3], "x": [0.1234567], "usd": [1513800.4], "at": [at], "none": [None], "m": ["[b]"]}
    )
    row = printed(frame, capsys, width).splitlines()[3]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "3", "0.123457", "1513800", "2024-01-02 03:04:05", "null", "[b]",
    ]  # fmt: skip


def test_of_many_rows_some_are_shown_and_all_counted(capsys, width: int) -> None:
    text = printed(pl.DataFrame({"n": range(300)}), capsys, width)
    assert text.endswith("300 rows, of which 200 are shown\n")
    assert "│ 199 │" in text
    assert "│ 200 │" not in text


def test_what_would_act_is_shown_as_its_code(capsys, width: int) -> None:
    text = printed(pl.DataFrame({"batch_id": ["B\x1b[2J\u202e"]}), capsys, width)
    assert "B\\x1b[2J\\u202e" in text
    assert "\x1b" not in text
