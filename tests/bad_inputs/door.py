"""The command line behind a door: each request runs it once, in a child that cannot do harm.

``python -m tests.bad_inputs.door`` imports the product once and then forks for every line it reads,
so that a hundred bad inputs cost a hundred commands and not a hundred imports. A child is held to
an address space, a time and a file size; what it did with them is answered as JSON.
"""

import contextlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from typing import Any, NoReturn

ADDRESS_SPACE_MORE = 4 << 30  # beyond what the imports take; resident memory is judged by the test
LONGEST_FILE = 1 << 30


def serve() -> None:
    """Answer requests until the other side hangs up."""
    import great_expectations  # noqa: F401  (imported once here, not in each child)

    import reports.report  # noqa: F401
    from pipelines.command_line import main

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(asked, main)
        print(json.dumps(_waited(pid, asked["seconds"])), file=answers, flush=True)


def _child(asked: dict[str, Any], main: Any) -> NoReturn:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        how = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(asked[name], how, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(asked["folder"])
    os.environ |= asked["environment"]
    _limit(resource.RLIMIT_AS, _address_space() + ADDRESS_SPACE_MORE)
    _limit(resource.RLIMIT_CPU, asked["cpu_seconds"])
    _limit(resource.RLIMIT_FSIZE, LONGEST_FILE)
    _limit(resource.RLIMIT_CORE, 0)
    sys.argv = ["lotwise", *asked["words"]]
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()


def _waited(pid: int, seconds: float) -> dict[str, Any]:
    """Wait for a child, and end it when its time is over."""
    started, is_late = time.monotonic(), False
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - started > seconds and not is_late:
            os.kill(pid, signal.SIGKILL)
            is_late = True
        time.sleep(0.005)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "is_late": is_late,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": time.monotonic() - started,
        "peak_mb": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    serve()
