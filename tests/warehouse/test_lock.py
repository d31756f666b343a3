"""One run at a time, and a lock nobody has to clear up after a crash."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data_contracts.errors import RunLockedError
from warehouse.lock import run_lock
from warehouse.paths import Home

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from warehouse.lock import run_lock
from warehouse.paths import Home
with run_lock(Home(Path(sys.argv[1])), "lotwise run --source other"):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(home: Home) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_is_told_who_holds_the_home(home: Home) -> None:
    with hold(home) as holder:
        with pytest.raises(RunLockedError) as refused, run_lock(home, "lotwise run"):
            pass
        message = str(refused.value)
        assert str(holder.pid) in message
        assert "'lotwise run --source other'" in message
        assert "since 20" in message
        assert refused.value.exit_code == 1
        holder.kill()


def test_a_crash_releases_the_lock_and_its_last_words_do_no_harm(home: Home) -> None:
    with hold(home) as holder:
        holder.send_signal(signal.SIGKILL)
    assert "other" in home.lock_file.read_text(), "the dead holder's words are still there"
    with run_lock(home, "lotwise run"):
        assert str(os.getpid()) in home.lock_file.read_text()
    assert home.lock_file.read_text() == ""


def test_the_lock_is_released_after_an_error(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), run_lock(home, "lotwise run"):
        raise ZeroDivisionError
    with run_lock(home, "lotwise run"):
        pass


def test_the_same_process_cannot_hold_it_twice(home: Home) -> None:
    with (
        run_lock(home, "first"),
        pytest.raises(RunLockedError, match="'first'"),
        run_lock(home, "second"),
    ):
        pass


def test_a_lock_without_readable_words_still_refuses(home: Home) -> None:
    with run_lock(home, "first"):
        home.lock_file.write_text("gibberish")
        with pytest.raises(RunLockedError, match="just started"), run_lock(home, "second"):
            pass


def test_homes_do_not_lock_one_another(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    with run_lock(home, "first"), run_lock(other, "second"):
        assert "first" in home.lock_file.read_text(encoding="utf-8")
        assert "second" in other.lock_file.read_text(encoding="utf-8")
