"""The table of speed says what is missed and missing; a fall is told from a busy hour."""

import importlib
import inspect
import os
import resource
import sys
from pathlib import Path
from typing import get_type_hints

import polars as pl
import pytest

from benchmarks.speed.__main__ import check, main
from benchmarks.speed.figures import Row, kept_rows, least, machine, most, table
from benchmarks.speed.history import before, fallen, load_class
from benchmarks.speed.providers import BARS, PROVIDERS, Provider
from benchmarks.studies.record import StudyRecord

CORES = os.cpu_count() or 1
QUIET, CROWDED = 0.5 * CORES, 5.0 * CORES
RATE, PEAK = "features beside tsfresh's same features", "placing: peak memory"


def history(*rows: tuple[str, str, float, float]) -> pl.DataFrame:
    """Rows of machine, name, value and load, oldest first."""
    return pl.DataFrame(rows, ["machine", "name", "value", "load"], orient="row")


EARLIER = history(
    ("here", RATE, 1.0, QUIET),  # before the last five
    *[("here", RATE, value, QUIET) for value in (19.0, 20.0, 20.0, 21.0, 40.0)],
    ("here", RATE, 2.0, CROWDED),
    ("there", RATE, 90.0, QUIET),
    ("here", PEAK, 500.0, QUIET),
)


@pytest.mark.parametrize(
    ("name", "value", "is_fallen"),
    [(RATE, 17.1, False), (RATE, 16.9, True), (RATE, 30.0, False),
     (PEAK, 570.0, False), (PEAK, 600.0, True), (PEAK, 100.0, False)],
)  # fmt: skip
def test_more_than_fifteen_percent_worse_is_a_fall(
    name: str, value: float, is_fallen: bool
) -> None:
    found = fallen([(name, value, "x")], BARS, EARLIER, "here", QUIET)
    assert list(found) == [name] * is_fallen


def test_a_figure_is_held_to_its_own_machine_and_load() -> None:
    assert before(EARLIER, RATE, "here", QUIET) == 20, "the median of the last five"
    assert before(EARLIER, RATE, "here", CROWDED) == 2
    assert before(EARLIER, RATE, "there", QUIET) == 90
    assert before(EARLIER, RATE, "there", CROWDED) is None
    assert before(EARLIER, PEAK, "elsewhere", QUIET) is None
    assert [load_class(load, cores=2) for load in (1.9, 2.1, 5.9, 6.1)] == [0, 1, 1, 2]


def test_what_has_no_bar_or_no_past_is_not_judged() -> None:
    unheard = [("features: rate", 1e-9, "x"), ("placing: rate", 1e-9, "x")]
    known = EARLIER.vstack(history(("here", "features: rate", 60.0, QUIET)))
    assert fallen(unheard, BARS, known, "here", QUIET) == {}


def test_the_table_shows_figure_bar_and_what_is_missed_or_missing() -> None:
    bars = {"rate": least(5), "peak": most(600), "CSV": least(3)}
    lines = table([("rate", 4.4, "M/s"), ("peak", 433, "MB"), ("other", 1234.5, "s")], bars)
    assert lines == [
        "name   figure  bar          unit",
        "rate      4.4  at least 5   M/s   missed",
        "peak      433  at most 600  MB",
        "other   1,234               s",
        "CSV            at least 3         not measured",
    ]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
def test_who_measures_is_there_and_asks_for_a_folder_at_most(provider: Provider) -> None:
    module, _, name = provider.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    assert get_type_hints(function)["return"] == list[Row]
    needed = [
        one.name
        for one in inspect.signature(function).parameters.values()
        if one.default is one.empty
    ]
    assert needed in ([], ["folder"])


def test_a_check_fails_by_what_fell_twice(
    tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows as `make bench` keeps them; then one figure is slow twice, another once."""
    record = StudyRecord("speed", folder=tmp_path)
    monkeypatch.setattr(os, "getloadavg", lambda: (QUIET, QUIET, QUIET))
    for row in kept_rows([(RATE, 20.0, "times"), (PEAK, 500.0, "MB")], QUIET):
        record.append(row)
    kept = record.rows()
    assert {"commit", "date", "machine", "name", "value", "unit", "load"} == set(kept.columns)
    assert kept["machine"].unique().to_list() == [machine()]
    asked = iter(
        [[(RATE, 10.0, "times"), (PEAK, 900.0, "MB")], [(RATE, 11.0, "times"), (PEAK, 505.0, "MB")]]
    )
    monkeypatch.setattr(Provider, "rows", lambda _: next(asked))
    compared, (said,) = check([PROVIDERS[0]], kept)
    assert compared == 2
    assert said == f"{RATE}: 10 times, was 20 (50% worse)"
    assert "missed" in capsys.readouterr().out


def test_a_check_that_compared_nothing_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Earlier rows of another machine, or of figures without a bar, are nothing to compare with."""
    record = StudyRecord("speed", folder=tmp_path)
    record.append({"machine": "another", "name": RATE, "value": 20.0, "load": QUIET})
    monkeypatch.setattr(Provider, "rows", lambda _: [(RATE, 10.0, "times"), ("barless", 1.0, "x")])
    monkeypatch.setattr(sys, "argv", ["speed", "--check", "--results", str(tmp_path)])
    with pytest.raises(SystemExit, match="Nothing was compared"):
        main()
    assert "fallen" not in capsys.readouterr().out


def test_a_row_that_cannot_be_kept_is_said_and_costs_no_other(tmp_path: Path) -> None:
    """A folder that is none; then a disk that fills up while older rows get a new column."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(OSError, match="File exists") as refused:
        StudyRecord("hours", folder=in_the_way).append({"seed": 7, "found": 0.25})
    assert '"seed": 7, "found": 0.25' in refused.value.__notes__[0]
    record = StudyRecord("hours", folder=tmp_path)
    for seed in range(40):
        record.append({"seed": seed})
    before = record.file.read_bytes()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, usual[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            record.append({"seed": 40, "found": 0.25})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert record.file.read_bytes() == before
    assert [file.name for file in tmp_path.glob("hours*")] == ["hours.csv"]
