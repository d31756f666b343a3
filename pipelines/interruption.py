"""Ctrl-C that is not lost: an interrupt is sent again until the run has ended.

Python turns a signal into an exception wherever the interpreter happens to be. Inside a finaliser
or a weak reference's callback that exception is printed and dropped, and the run would go on as if
nobody had asked. Here belongs only the insisting; what an interrupt does is said by the runner.
"""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from dagster import DagsterExecutionInterruptedError

INSIST_EVERY_S = 2.0


@contextmanager
def insistent_interrupts(every_s: float = INSIST_EVERY_S) -> Iterator[None]:
    """Send an interrupt again every few seconds for as long as the block goes on after it.

    Args:
        every_s: Seconds between two interrupts, time for a run to end after the first.
    """
    receiving, sending = socket.socketpair()
    sending.setblocking(False)
    ended = Event()
    before_fd = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
    before_hook = sys.unraisablehook

    def without_interrupts(dropped: Any) -> None:
        if dropped.exc_type is not DagsterExecutionInterruptedError:  # that one is sent again
            before_hook(dropped)

    sys.unraisablehook = without_interrupts
    watching = Thread(target=_insist, args=(receiving, ended, every_s), daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(before_fd)
        sys.unraisablehook = before_hook
        sending.close()
        watching.join()
        receiving.close()


def _insist(received: socket.socket, ended: Event, every_s: float) -> None:
    while numbers := received.recv(16):
        if signal.SIGINT in numbers:
            while not ended.wait(every_s):
                os.kill(os.getpid(), signal.SIGINT)
