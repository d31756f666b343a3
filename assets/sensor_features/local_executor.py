"""The kernel on this machine: months streamed over all cores, decoding and computing at once.

Each thread decodes some row groups and computes the series that lie wholly in them while another
does the same with the next; both release the interpreter. Series that cross from one stretch into
another are put together here. Memory holds a stretch per thread, whatever the size of the month.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from assets.sensor_features.kernel.compiled import Array
from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import KERNEL_COLUMNS
from assets.sensor_features.series_description import DescribedMonth
from warehouse.sensor_readings.stored_readings import Stretch, release_buffers

Piece = tuple[Array, Array]


@dataclass
class _Month:
    """A month while it is computed: where its series begin, its rows, its stretches to come."""

    described: DescribedMonth
    offsets: Array
    out: Array
    parts: list[tuple[Stretch, Future[tuple[Piece, Piece]]]] = field(default_factory=list)


def features_of_months(
    months: Iterable[DescribedMonth], threads: int | None = None
) -> Iterator[tuple[DescribedMonth, Array]]:
    """Yield the features of every month, in order.

    Args:
        months: Months on disk with their series described.
        threads: By default as many as there are processors; no figure depends on it.

    Yields:
        The month, and (series, columns) float64 in the order of ``registry.KERNEL_COLUMNS``.
    """
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        # One month ahead, so that no thread waits at a month's end.
        ahead: _Month | None = None
        for described in months:
            started = _start(described, pool)
            if ahead is not None:
                yield ahead.described, _finish(ahead)
            ahead = started
        if ahead is not None:
            yield ahead.described, _finish(ahead)
    release_buffers()


def _start(described: DescribedMonth, pool: ThreadPoolExecutor) -> _Month:
    counts = described.series["readings"].to_numpy()
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    month = _Month(described, offsets, np.full((len(counts), len(KERNEL_COLUMNS)), np.nan))
    for stretch in described.stored.stretches():
        month.parts.append((stretch, pool.submit(_compute_stretch, month, stretch)))
    return month


def _compute_stretch(month: _Month, stretch: Stretch) -> tuple[Piece, Piece]:
    """Compute the series wholly inside; return what lies before the first and after the last."""
    time_us, value = stretch.columns()
    offsets = month.offsets
    first = int(np.searchsorted(offsets, stretch.start, "left"))
    last = int(np.searchsorted(offsets, stretch.end, "right")) - 1
    if first > last:  # one series covers it all
        return (time_us.copy(), value.copy()), (time_us[:0], value[:0])
    month.out[first:last] = series_features(
        time_us,
        value,
        offsets[first : last + 1] - stretch.start,
        month.described.limits[first:last],
        month.described.to_celsius[first:last],
        threads=1,
    )
    before, after = offsets[first] - stretch.start, offsets[last] - stretch.start
    head = time_us[:before].copy(), value[:before].copy()
    return head, (time_us[after:].copy(), value[after:].copy())


def _finish(month: _Month) -> Array:
    """Compute the series that cross stretches, once their last piece is there."""
    pieces: list[Piece] = []
    for stretch, part in month.parts:
        head, tail = part.result()
        if len(head[0]):
            pieces.append(head)
        at = int(np.searchsorted(month.offsets, stretch.start, "right")) - 1
        if pieces and month.offsets[at + 1] <= stretch.end:
            _compute_crossing(month, at, pieces)
            pieces = []
        if len(tail[0]):
            pieces.append(tail)
    return month.out


def _compute_crossing(month: _Month, at: int, pieces: list[Piece]) -> None:
    time_us, value = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    month.out[at : at + 1] = series_features(
        time_us,
        value,
        np.array([0, len(time_us)], np.int64),
        month.described.limits[at : at + 1],
        month.described.to_celsius[at : at + 1],
        threads=1,
    )
