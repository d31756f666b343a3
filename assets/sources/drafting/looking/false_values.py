"""Numbers that are most likely no measurements: zeros far from the rest, signals that were off.

Each becomes a rule under ``missing:`` of the draft, marked as a guess; who knows takes it out or
gives the reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import snake_case
from assets.sources.drafting.looking.reporting_limits import TRACES

MOST_ZEROS: Final = 0.2  # share of the cells; more zeros are values
GAP: Final = 0.2  # smallest other value over the median, before a zero stands alone
FEWEST: Final = 50
FEWEST_VALUES: Final = 5
NEAR, FAR = 0.02, 0.5  # of the larger of two numbers: the same, and plainly another
BETWEEN: Final = 0.05  # of the repeating rows: so few may lie between the same and another


@dataclass(frozen=True)
class FalseValues:
    """Cells that are most likely no measurement.

    Attributes:
        columns: Delivered columns.
        condition: ``equals: 0``, or a ``when:`` with an expression.
        reason: Why, as seen.
    """

    columns: tuple[str, ...]
    condition: str
    reason: str


def false_values(look: FileLook, columns: Sequence[str]) -> list[FalseValues]:
    """Look for false values among numeric columns of a file.

    Args:
        look: The file.
        columns: Its columns that hold measurements.

    Returns:
        Signals that were off, zeros that stand alone, and columns that repeat another for a while.
    """
    numeric = [name for name in columns if look.is_numeric(name)]
    off = list(_switched_off(look, numeric))
    covered = {name for found in off for name in found.columns}
    covered |= {name for name in numeric if TRACES.search(snake_case(name))}
    alone = _lone_zeros(look, [name for name in numeric if name not in covered])
    return [*off, *alone, *_repeating(look, numeric)]


def repeated_signals(look: FileLook, columns: Sequence[str]) -> list[FalseValues]:
    """Look for signals that repeat another for a while; zeros of a machine at rest are values."""
    return list(_repeating(look, [name for name in columns if look.is_numeric(name)]))


def _switched_off(look: FileLook, numeric: Sequence[str]) -> Iterator[FalseValues]:
    """Where the maximum of a signal is 0, so are its mean and minimum: the sensor was off."""
    names = {snake_case(name): name for name in numeric}
    for name, column in names.items():
        stem = name.removesuffix("_max")
        family = [names[f"{stem}_{part}"] for part in ("mean", "min") if f"{stem}_{part}" in names]
        zeros = look.numbers(column) == 0
        count = int(zeros.sum())
        if name == stem or len(family) < 2 or not 0 < count <= MOST_ZEROS * look.frame.height:
            continue
        own = (column, *family)
        yield FalseValues(
            own, f"when: {_quoted(column)} = 0", f"the signal was 0 throughout on {count} rows"
        )


def _lone_zeros(look: FileLook, numeric: Sequence[str]) -> Iterator[FalseValues]:
    for name in numeric:
        values = look.numbers(name).drop_nulls()
        positive = values.filter(values > 0)
        zeros = int((values == 0).sum())
        is_few = 0 < zeros <= MOST_ZEROS * values.len()
        is_measured = positive.n_unique() >= FEWEST_VALUES  # a mark of 0 and 1 is none
        if values.len() < FEWEST or not is_few or not is_measured or bool((values < 0).any()):
            continue
        lowest, middle = positive.sort()[0], positive.sort()[positive.len() // 2]
        if lowest >= GAP * middle:
            reason = f"{zeros} zeros, and nothing between 0 and {lowest:g}"
            yield FalseValues((name,), "equals: 0", reason)


def _repeating(look: FileLook, numeric: Sequence[str]) -> Iterator[FalseValues]:
    """A column that equals another on some rows and is plainly another quantity on all others."""
    values = {name: look.numbers(name) for name in numeric}
    for place, name in enumerate(numeric):
        for other in numeric[place + 1 :]:
            found = _repeats(values[name], values[other])
            if found is None:
                continue
            rows, is_exact = found
            tolerance = 0.1 if not is_exact else None
            condition = (
                f"{_quoted(name)} = {_quoted(other)}"
                if tolerance is None
                else f"abs({_quoted(name)} - {_quoted(other)}) < {tolerance}"
            )
            family = [each for each in numeric if _is_kin(each, name)]
            reason = f"{rows} rows repeat {other} where {name} belongs"
            yield FalseValues((name, *family), f"when: {condition}", reason)


def _repeats(a: pl.Series, b: pl.Series) -> tuple[int, bool] | None:
    both = pl.DataFrame({"a": a, "b": b}).drop_nulls()
    both = both.filter((pl.col("a") != 0) & (pl.col("b") != 0))
    if both.height < FEWEST or both["a"].n_unique() < 10 or both["b"].n_unique() < 10:
        return None
    larger = pl.max_horizontal(pl.col("a").abs(), pl.col("b").abs())
    apart = both.select(((pl.col("a") - pl.col("b")).abs() / larger).alias("apart"))["apart"]
    same = int((apart <= NEAR).sum())
    is_two_kinds = int(((apart > NEAR) & (apart < FAR)).sum()) <= BETWEEN * same
    if not is_two_kinds or not 0.005 * both.height <= same <= 0.6 * both.height:
        return None
    return same, bool((apart.filter(apart <= NEAR) == 0).all())


def _is_kin(name: str, of: str) -> bool:
    """Whether two columns are statistics of one signal: fom_mean and fom_change."""
    own, other = snake_case(name).split("_"), snake_case(of).split("_")
    return name != of and len(own) == len(other) > 1 and own[:-1] == other[:-1]


def _quoted(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else f'"{name}"'
