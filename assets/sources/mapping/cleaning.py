"""From delivered text to usable text: blanks, foreign decimal marks, false zeros, derived columns.

A cell that becomes blank here is counted, with the profile's reason. Nothing is imputed.
"""

from dataclasses import dataclass

import polars as pl

from assets.sources.files.delivered_files import Delivered
from assets.sources.files.record_places import PLACE_COLUMNS
from assets.sources.readings.reading_columns import COMMA_NUMBER
from data_contracts.expressions import columns_of, evaluate, holds, numbers_of
from data_contracts.profile_schema.files import MissingRule, SourceFile


@dataclass(frozen=True)
class BlankedCells:
    """Cells that held a value which is no measurement.

    Attributes:
        file: Name of the profile's entry under ``files``.
        column: Delivered column.
        cells: How many cells were read as blank.
        reason: Why, in the profile's words.
    """

    file: str
    column: str
    cells: int
    reason: str


def clean(delivered: Delivered) -> tuple[pl.DataFrame, list[BlankedCells]]:
    """Make a delivered file's text usable.

    Returns:
        The frame with trimmed texts, blanks as null, numbers with a decimal point, false values
        blanked and derived columns added; and what was blanked.

    Raises:
        ProfileError: A condition or a derived column does not fit the delivered columns.
    """
    described = delivered.described
    tokens = ["", *described.null_tokens]
    texts = pl.all().exclude(PLACE_COLUMNS)
    frame = delivered.frame.with_columns(texts.str.strip_chars()).with_columns(
        pl.when(texts.is_in(tokens)).then(None).otherwise(texts).name.keep()
    )
    if described.decimal == ",":
        frame = _with_decimal_points(frame)
    frame, blanked = _without_false_values(frame, described)
    for derived in described.derived:
        reads = columns_of(derived.expression, derived.where)
        seen = frame if derived.reads_text else as_numbers(frame, reads)
        value = evaluate(seen, derived.expression, derived.where)
        frame = frame.with_columns(as_text(value).alias(derived.name))
    return frame, blanked


def as_text(values: pl.Series) -> pl.Series:
    """Write values as text; a whole number reads as one, so that 7 does not turn into 7.0."""
    text = values.cast(pl.String)
    return text.str.replace(r"^(-?\d+)\.0$", "$1") if values.dtype.is_float() else text


def as_numbers(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return columns as an expression sees them: as numbers where they hold numbers.

    A column holds numbers where at least half of its non-blank cells are numbers; its other cells
    are then null. Columns the frame does not have are left out for the expression to report. Of an
    expression that reads none the first column is kept, which says how many rows there are.
    """
    known = [name for name in columns if name in frame.columns] or frame.columns[:1]
    return frame.select(_number_or_text(frame[name]) for name in known)


def _number_or_text(text: pl.Series) -> pl.Series:
    if text.dtype != pl.String:
        return text
    numbers = numbers_of(text)
    given, readable = text.len() - text.null_count(), text.len() - numbers.null_count()
    return numbers if 2 * readable >= given else text


def _with_decimal_points(frame: pl.DataFrame) -> pl.DataFrame:
    """Rewrite 1.234,5 as 1234.5 in every column that mostly holds such numbers."""
    return frame.with_columns(
        _decimal_point(frame[name]) for name in frame.columns if name not in PLACE_COLUMNS
    )


def _decimal_point(text: pl.Series) -> pl.Series:
    is_number = text.str.contains(COMMA_NUMBER).fill_null(value=False)
    if 2 * is_number.sum() < text.len() - text.null_count():
        return text
    point = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return point.zip_with(is_number, text)


def _without_false_values(
    frame: pl.DataFrame, described: SourceFile
) -> tuple[pl.DataFrame, list[BlankedCells]]:
    """Blank the cells the profile calls missing; conditions see the cells as delivered."""
    blanked, columns = [], []
    for rule in described.missing:
        holds = _condition(frame, rule)
        for name in rule.columns:
            false = holds & _equals(frame[name], rule.equals) & frame[name].is_not_null()
            blanked.append(BlankedCells(described.name, name, int(false.sum()), rule.reason))
            columns.append((name, false))
    for name, false in columns:
        frame = frame.with_columns(frame[name].set(false, None))
    return frame, blanked


def _condition(frame: pl.DataFrame, rule: MissingRule) -> pl.Series:
    if rule.when is None:
        return pl.repeat(True, frame.height, eager=True)
    numbers = as_numbers(frame, columns_of(rule.when, rule.where))
    return holds(numbers, rule.when, rule.where).fill_null(value=False)


def _equals(text: pl.Series, values: tuple[str, ...]) -> pl.Series:
    """True where a cell is one of the values, as text or as a number; all true for no values."""
    if not values:
        return pl.repeat(True, text.len(), eager=True)
    same = text.is_in(values)
    numbers = pl.Series(values).cast(pl.Float64, strict=False).drop_nulls()
    if numbers.len():
        same |= text.cast(pl.Float64, strict=False).is_in(numbers.implode()).fill_null(value=False)
    return same.fill_null(value=False)
