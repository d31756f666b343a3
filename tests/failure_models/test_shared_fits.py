"""A fit asked for twice is made once, and nothing is shared between fits that could differ."""

import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import numpy as np
import pytest

from assets.failure_models.dataset import shared_fits
from assets.failure_models.dataset.result_shelf import ResultShelf
from assets.failure_models.dataset.shared_fits import SharedFits, StoppedError, fingerprint
from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.dataset.task_threads import each_in_threads
from assets.failure_models.estimators import boosted_trees, margin_lines, margin_models
from assets.failure_models.study import prepare


def test_two_threads_that_ask_at_once_get_one_result() -> None:
    fits, both_here, made = SharedFits(), Barrier(2), []

    def fit() -> object:
        made.append(1)
        return object()

    def ask() -> object:
        both_here.wait()
        return fits.get_or_fit(b"key", fit)

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(ask) for _ in range(2))
    assert first.result() is second.result()
    assert made == [1]


def test_who_waits_for_a_fit_that_fails_fails_with_it() -> None:
    fits, is_making, is_asked = SharedFits(), Event(), Event()

    def fail() -> None:
        is_making.set()
        is_asked.wait(5)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as pool:
        maker = pool.submit(fits.get_or_fit, b"key", fail)
        is_making.wait(5)
        waiter = pool.submit(fits.get_or_fit, b"key", lambda: None)
        is_asked.set()
        for one in (maker, waiter):
            with pytest.raises(KeyboardInterrupt):
                one.result(timeout=5)


def test_only_the_latest_large_results_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shared_fits, "DISK_BYTES", 0)
    fits = SharedFits(tmp_path, latest_bytes=200)
    made: list[bytes] = []

    def large(name: bytes) -> np.ndarray:
        made.append(name)
        return np.zeros(10)

    for name in (b"a", b"b", b"a", b"c", b"a", b"b"):
        fits.get_or_fit_recent(name, partial(large, name))
    assert made == [b"a", b"b", b"c", b"b"]


def test_what_is_kept_on_disk_is_not_made_again(tmp_path: Path) -> None:
    fits = SharedFits(tmp_path, latest_bytes=0)
    first = [fits.get_or_fit_recent(name, partial(np.full, 9, name[0])) for name in (b"a", b"b")]
    again = [fits.get_or_fit_recent(name, partial(np.zeros, 9)) for name in (b"a", b"b")]
    assert np.array_equal(first, again)
    assert [file.suffix for file in tmp_path.rglob("*.*")] == [".pickle"] * 2


@pytest.mark.parametrize("is_full", [True, False])
def test_what_the_disk_does_not_take_stays_in_memory(
    is_full: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk with no room, or a folder that is none: nothing is lost, and it is said once where."""
    folder = Path("/dev/full") if is_full else tmp_path / "a file"
    if not is_full:
        folder.write_text("in the way")
    shelf = ResultShelf(folder, memory_bytes=0)
    for number in range(4):
        shelf.put(bytes([number]), np.full(9, number))
    assert [int(shelf.get(bytes([number]))[0]) for number in range(4)] == [0, 1, 2, 3]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{folder} takes no more" in caplog.text
    fits = SharedFits(folder, latest_bytes=0)
    made = [fits.get_or_fit_recent(b"key", partial(np.full, 9, value)) for value in (7, 8)]
    assert [int(one[0]) for one in made] == [7, 7]


@pytest.fixture
def short_files() -> Iterator[None]:
    """No file of this process grows beyond 4,000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("short_files")
def test_a_file_half_written_on_a_full_disk_is_no_result(tmp_path: Path) -> None:
    shelf = ResultShelf(tmp_path, memory_bytes=0)
    for number in range(3):
        shelf.put(bytes([number]), np.full(1_000, number))
    assert [int(shelf.get(bytes([number]))[0]) for number in range(3)] == [0, 1, 2]
    assert list(tmp_path.rglob("*.pickle")) == []


def test_a_study_with_no_room_for_its_designs_says_the_same(
    line: Callable[..., StudyInputs], gates: Callable[..., StudyInputs], tmp_path: Path
) -> None:
    found = [
        margin_models.line_scores(
            prepare(gates(line(batches=200), 4), seed=1, fits=SharedFits(tmp_path, most, most))[0][
                0
            ]
        )[0].score
        for most in (0, 10**9)
    ]
    assert np.array_equal(found[0], found[1], equal_nan=True)
    assert np.isfinite(found[0]).any()


def test_a_key_tells_type_shape_bytes_and_boundaries_apart() -> None:
    row = np.arange(6.0)
    keys = [
        fingerprint(row),
        fingerprint(row.reshape(2, 3)),
        fingerprint(row.reshape(3, 2)),
        fingerprint(row.astype(np.int64)),
        fingerprint(row, 1),
        fingerprint(row, 1.0),
        fingerprint(row[:3], row[3:]),
        fingerprint("ab", "c"),
        fingerprint("a", "bc"),
    ]
    assert len(set(keys)) == len(keys)
    assert fingerprint(row.reshape(2, 3).T) == fingerprint(row.reshape(2, 3).T.copy())


def test_a_mode_with_the_margin_of_the_failure_fits_nothing_again(
    line: Callable[..., StudyInputs],
    gates: Callable[..., StudyInputs],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = prepare(gates(line(batches=200), 4), seed=1)[0][0]
    first, spread = margin_models.line_scores(task)
    trees = margin_models.with_trees(task, first, spread)
    monkeypatch.setattr(margin_lines, "RidgeBasis", None)
    monkeypatch.setattr(margin_lines, "SparseBasis", None)
    monkeypatch.setattr(boosted_trees, "fit_margin_trees", None)
    mode = replace(task.panel, definition=replace(task.panel.definition, outcome="mode"))
    again = replace(task, panel=mode)
    found, same = margin_models.line_scores(again)
    assert np.array_equal(found.score, first.score, equal_nan=True)
    beside = margin_models.with_trees(again, found, same)
    assert np.array_equal(beside.score, trees.score, equal_nan=True)
    moved = replace(mode, margins=task.panel.margins + np.arange(200)[:, None] % 2)
    other = replace(task, panel=moved)
    with pytest.raises(TypeError):
        margin_models.with_trees(other, *margin_models.line_scores(other))


def test_threads_at_work_end_at_their_next_fit_once_a_run_is_interrupted() -> None:
    fits, is_interrupted, made = SharedFits(), Event(), []

    def work() -> None:
        made.append(1)
        is_interrupted.wait(5)
        fits.get_or_fit(b"next", lambda: made.append(2))

    def interrupted() -> None:
        with fits.stopped_by_errors():
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        is_interrupted.set()
    assert isinstance(working.exception(), StoppedError)
    assert made == [1]


def test_an_item_that_fails_stops_the_others_and_drops_those_that_have_not_begun() -> None:
    fits, begun = SharedFits(), []

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise ValueError("no such task")
        time.sleep(0.1)
        fits.check()

    with pytest.raises(ValueError, match="no such task"):
        each_in_threads(work, range(50), 2, fits)
    assert len(begun) < 10
    assert each_in_threads(lambda item: item * 2, [3, 1, 2], 2, SharedFits()) == [6, 2, 4]
