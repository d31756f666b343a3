"""An interrupt that falls where Python drops exceptions still ends the run."""

import os
import signal
import time
import weakref
from collections.abc import Callable, Iterator
from threading import Timer
from typing import Any

import duckdb
import pytest
from dagster import DagsterExecutionInterruptedError

from data_contracts.errors import LotwiseError, RunInterruptedError
from pipelines.interruption import insistent_interrupts
from pipelines.runner import own_error


@pytest.fixture(autouse=True)
def interrupts_raise() -> Iterator[None]:
    def raised(number: int, frame: object) -> None:
        raise DagsterExecutionInterruptedError

    before = signal.signal(signal.SIGINT, raised)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def received() -> Iterator[list[int]]:
    """The interrupts that arrive, counted instead of raised."""
    numbers: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGINT, before)


class _Record:
    """Something that may be weakly referred to."""


def _interrupted_in_a_callback() -> None:
    """Receive the interrupt inside a weak reference's callback, where it is dropped."""

    def callback(_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)

    record = _Record()
    reference = weakref.ref(record, callback)
    del record
    assert reference() is None


def _run(interrupted: Callable[[], None], every_s: float) -> None:
    """A run that is interrupted once and would last 20 s."""
    with insistent_interrupts(every_s):
        interrupted()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            time.sleep(0.05)


def test_an_interrupt_dropped_by_python_is_sent_again(capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    with pytest.raises(DagsterExecutionInterruptedError):
        _run(_interrupted_in_a_callback, every_s=0.2)
    assert 0.2 <= time.monotonic() - started < 10
    assert "Exception ignored" not in capsys.readouterr().err


def test_an_interrupt_that_falls_into_a_query_is_an_interrupt() -> None:
    """DuckDB looks for signals between the pieces of a query, and raises an error of its own."""
    sent = Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    of_minutes = "SELECT sum(a.range * b.range) FROM range(100000) AS a, range(100000) AS b"
    # closing waits for what other threads still compute
    one_thread: dict[str, Any] = {"threads": 1}
    with duckdb.connect(config=one_thread) as connection, insistent_interrupts():
        sent.start()
        with pytest.raises(RuntimeError, match="interrupted") as raised:
            connection.execute(of_minutes)
    assert isinstance(own_error(raised.value), RunInterruptedError)


def test_a_defect_is_no_interrupt_and_no_error_of_ours() -> None:
    ours = LotwiseError("said plainly")
    wrapped = RuntimeError("step failed")
    wrapped.__cause__ = ours
    assert own_error(wrapped) is ours
    assert own_error(RuntimeError("a defect")) is None


def test_a_run_history_that_cannot_grow_is_said_plainly() -> None:
    """SQLite at the end of its room raises the error of a full disk."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import DatabaseError

    engine = create_engine("sqlite://")
    with engine.connect() as history:
        history.execute(text("PRAGMA max_page_count = 2"))
        history.execute(text("CREATE TABLE events (event TEXT)"))
        with pytest.raises(DatabaseError) as full:
            history.execute(text("INSERT INTO events VALUES (:event)"), {"event": "x" * 9000})
    engine.dispose()
    said = own_error(full.value)
    assert isinstance(said, LotwiseError)
    assert "database or disk is full" in str(said)
    assert "make room" in str(said)


def test_nothing_is_sent_where_nobody_asked(received: list[int]) -> None:
    with insistent_interrupts(every_s=0.05):
        time.sleep(0.3)
    assert received == []


def test_nothing_insists_after_the_block(received: list[int]) -> None:
    with insistent_interrupts(every_s=0.1):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.25)
    insisted = len(received)
    assert insisted >= 2
    time.sleep(0.3)
    assert len(received) == insisted


def test_an_interrupt_after_the_block_is_its_own() -> None:
    with pytest.raises(DagsterExecutionInterruptedError):
        _run(lambda: os.kill(os.getpid(), signal.SIGINT), every_s=0.05)
    time.sleep(0.3)  # nothing insists any more
