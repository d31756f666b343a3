"""Tasks worked on in threads, so that every core is busy and an interrupt ends them soon."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

from assets.failure_models.dataset.shared_fits import SharedFits

One = TypeVar("One")
Found = TypeVar("Found")
LOOK_UP_S = 0.3


def each_in_threads(
    work: Callable[[One], Found], items: Sequence[One], workers: int, fits: SharedFits
) -> list[Found]:
    """Do the same with every item.

    Args:
        work: What to do; it asks ``fits`` for whatever takes long.
        items: Begun in this order.
        workers: Items worked on at a time.
        fits: Stopped when an item fails or the run is interrupted; what has not begun is dropped.

    Returns:
        Per item, in the order given.
    """
    with ThreadPoolExecutor(max_workers=workers) as pool, fits.stopped_by_errors():
        begun = [pool.submit(work, item) for item in items]
        waiting = set(begun)
        try:
            while waiting:
                # Libraries answer signals so that a lock without an end goes on waiting.
                done, waiting = wait(waiting, LOOK_UP_S, FIRST_COMPLETED)
                for one in done:
                    one.result()
        finally:
            for one in waiting:
                one.cancel()
        return [one.result() for one in begun]
