"""How a number is written: rounded to what its interval supports, with the interval beside it.

Here lives the only rule for turning a value and its interval into text. A figure known to within
2.5 million is written in steps of a tenth of a million. What the number means is said in the
claims, where it stands in the templates.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

MINUS = "\u2212"
SIGNIFICANT_DIGITS = 2  # of a figure that has no interval
MONEY_DIGITS = 3
MOST_DIGITS = 4  # of any figure, however narrow its interval
SMALLEST_SHARE = 0.0001  # less is written as less than this, without digits
NOT_COMPUTED = "not computed"
NEVER = "never"


@dataclass(frozen=True)
class WrittenFigure:
    """A number as text.

    Attributes:
        value: The number alone, with its unit sign.
        interval: "low to high" without the number, or "" when there is no interval.
    """

    value: str
    interval: str = ""

    @property
    def full(self) -> str:
        """The number with its interval: ``$1.2M (0.4M to 2.9M)``."""
        return f"{self.value} ({self.interval})" if self.interval else self.value


Number = float | None


def _finite(*numbers: Number) -> list[float]:
    return [x for x in numbers if x is not None and math.isfinite(x)]


def _has_interval(low: Number, high: Number) -> bool:
    return low is not None and high is not None and not (math.isnan(low) or math.isnan(high))


def rounding_step(
    value: float, low: Number = None, high: Number = None, digits: int = SIGNIFICANT_DIGITS
) -> float:
    """Return the step a figure is rounded to.

    Source: the rounding rule of the Particle Data Group (Review of Particle Physics, section 5.3):
    the half-width of the interval is kept to two digits while its leading digits are below 355, to
    one digit above.

    Args:
        value: The figure.
        low: Lower end of its interval, or None.
        high: Upper end of its interval, or None.
        digits: Significant digits of a figure without an interval.

    Returns:
        A power of ten, never finer than the fourth digit of the largest number.
    """
    ends = _finite(low, high)
    size = max((abs(x) for x in _finite(value, *ends)), default=0.0)
    if size == 0.0:
        return 1.0
    half_width = (ends[1] - ends[0]) / 2 if len(ends) == 2 else 0.0
    if half_width <= 0.0:
        return _power(size, digits)
    leading = half_width / 10.0 ** (math.floor(math.log10(half_width)) - 2)
    return max(_power(half_width, 1 if leading >= 355 else 2), _power(size, MOST_DIGITS))


def _power(size: float, digits: int) -> float:
    """Return the place of the last of the first ``digits`` digits of a number above zero."""
    return float(10.0 ** (math.floor(math.log10(size)) - digits + 1))


def _places(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _fixed(value: float, step: float, *, is_trimmed: bool = False) -> str:
    """Write a number rounded to ``step``, with thousands separators and a true minus sign."""
    if math.isinf(value):
        return NEVER if value > 0 else f"{MINUS}\u221e"
    stepped = round(value / step) * step
    text = f"{abs(stepped):,.{_places(step)}f}"
    if is_trimmed and "." in text:
        text = text.rstrip("0").rstrip(".")
    is_zero = not any(character in "123456789" for character in text)
    return f"{MINUS}{text}" if value < 0 and not is_zero else text


def _written(
    value: Number,
    low: Number,
    high: Number,
    write: Callable[[float, float, bool], str],
    digits: int = SIGNIFICANT_DIGITS,
) -> WrittenFigure:
    if value is None or math.isnan(value):
        return WrittenFigure(NOT_COMPUTED)
    step = rounding_step(value, low, high, digits)
    if not _has_interval(low, high) or low is None or high is None:
        return WrittenFigure(write(value, step, True))
    is_point = low == high
    ends = f"{write(low, step, is_point)} to {write(high, step, is_point)}"
    return WrittenFigure(write(value, step, is_point), ends)


def number(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a plain number: ``0.66 (0.53 to 0.74)``."""
    return _written(value, low, high, lambda x, step, trim: _fixed(x, step, is_trimmed=trim))


def factor(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a factor of a product of money, to as many digits as the money: ``7.42``, ``640``."""
    del low, high
    return _written(
        value, None, None, lambda x, step, trim: _fixed(x, step, is_trimmed=trim), MONEY_DIGITS
    )


def share_factor(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a share that is a factor of money, to as many digits as the money: ``31.2%``."""
    written = factor(None if value is None else 100.0 * value, low, high)
    return written if written.value == NOT_COMPUTED else WrittenFigure(f"{written.value}%")


def limit(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a limit that is to be kept, to four digits: ``2.431``, ``1,205``."""
    del low, high
    return _written(
        value, None, None, lambda x, step, trim: _fixed(x, step, is_trimmed=trim), MOST_DIGITS
    )


def count(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a count: exact when it has no interval (``1,005``), else as a number."""
    if value is not None and not _has_interval(low, high) and float(value).is_integer():
        return WrittenFigure(_fixed(float(value), 1.0))
    return number(value, low, high)


def share(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a share of 0 to 1 in percent: ``3.0% (1.1% to 6.4%)``, ``<0.01%``."""
    if value is not None and 0 < value < SMALLEST_SHARE and not _has_interval(low, high):
        return WrittenFigure("<0.01%")
    ends = [None if x is None else 100.0 * x for x in (value, low, high)]
    return _written(
        ends[0],
        ends[1],
        ends[2],
        lambda x, step, trim: _fixed(x, step, is_trimmed=trim) + ("" if math.isinf(x) else "%"),
    )


def probability(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a probability in whole percent, never as certainty: ``87%``, ``>99%``, ``<1%``."""
    if value is None or math.isnan(value):
        return WrittenFigure(NOT_COMPUTED)
    if _has_interval(low, high):
        return share(value, low, high)
    if value > 0.99:
        return WrittenFigure(">99%")
    return WrittenFigure("<1%") if value < 0.01 else WrittenFigure(f"{100.0 * value:.0f}%")


def p_value(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a p-value to two digits: ``0.0012``, ``<0.0001``, ``>0.99``."""
    del low, high
    if value is None or math.isnan(value):
        return WrittenFigure(NOT_COMPUTED)
    if value < 0.0001:
        return WrittenFigure("<0.0001")
    if value > 0.99:
        return WrittenFigure(">0.99")
    return WrittenFigure(
        _fixed(value, 10.0 ** (math.floor(math.log10(value)) - 1), is_trimmed=True)
    )


def _money_scale(*amounts: Number) -> tuple[float, str]:
    size = max((abs(x) for x in _finite(*amounts)), default=0.0)
    for scale, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= scale:
            return scale, suffix
    return 1.0, ""


def money(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write dollars: ``$1.2M (0.4M to 2.9M)``, ``\u2212$0.3M (\u22120.9M to 0.1M)``, ``$850k``."""
    scale, suffix = _money_scale(value, low, high)

    def write(amount: float, step: float, is_trimmed: bool) -> str:
        text = _fixed(amount / scale, step / scale, is_trimmed=is_trimmed)
        return text if math.isinf(amount) else f"{text}{suffix}"

    written = _written(value, low, high, write, MONEY_DIGITS)
    if written.value == NOT_COMPUTED:
        return written
    sign, digits = ("", written.value)
    if digits.startswith(MINUS):
        sign, digits = MINUS, digits[len(MINUS) :]
    return WrittenFigure(f"{sign}${digits}", written.interval)


def money_exact(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write dollars in full, for ledgers: ``$1,234,567``; cents only where there are any."""
    del low, high
    if value is None or math.isnan(value):
        return WrittenFigure(NOT_COMPUTED)
    places = 0 if float(value).is_integer() else 2
    text = f"${abs(value):,.{places}f}"
    return WrittenFigure(f"{MINUS}{text}" if value < 0 else text)


def stated(value: Number, low: Number = None, high: Number = None) -> WrittenFigure:
    """Write a figure exactly as it was stated, for assumptions: ``0.35``, ``1,500,000``."""
    texts = [None if x is None else _as_stated(x) for x in (value, low, high)]
    if texts[0] is None:
        return WrittenFigure(NOT_COMPUTED)
    interval = f"{texts[1]} to {texts[2]}" if texts[1] is not None and texts[2] is not None else ""
    return WrittenFigure(texts[0], interval)


def _as_stated(value: float) -> str:
    text = f"{abs(value):,.6f}".rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def text(value: object) -> WrittenFigure:
    """Write a word, a sentence or an instant as it stands; midnight instants as dates."""
    if value is None:
        return WrittenFigure(NOT_COMPUTED)
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return WrittenFigure(f"{value:%Y-%m-%d}" if is_day else f"{value:%Y-%m-%d %H:%M}")
    return WrittenFigure(value.isoformat() if isinstance(value, date) else str(value))


NUMERIC_FORMATS: dict[str, Callable[[Number, Number, Number], WrittenFigure]] = {
    "number": number,
    "factor": factor,
    "share_factor": share_factor,
    "limit": limit,
    "count": count,
    "share": share,
    "probability": probability,
    "p_value": p_value,
    "money": money,
    "money_exact": money_exact,
    "stated": stated,
}
FORMAT_NAMES = frozenset(NUMERIC_FORMATS) | {"text", "by_unit"}
_FORMAT_OF_UNIT = {
    "USD": "money",
    "USD/year": "money",
    "share": "share",
    "share/year": "share",
    "probability": "probability",
}


def write(
    name: str, value: object, low: Number = None, high: Number = None, unit: str | None = None
) -> WrittenFigure:
    """Write a value in a named format.

    Args:
        name: One of ``FORMAT_NAMES``; ``by_unit`` chooses by ``unit``.
        value: The value; a number for every format but ``text``.
        low: Lower end of the interval, or None.
        high: Upper end of the interval, or None.
        unit: Unit of the value, used by ``by_unit`` only.

    Returns:
        The value and interval as text.
    """
    if name == "text":
        return text(value)
    if name == "by_unit":
        name = _FORMAT_OF_UNIT.get(unit or "", "number")
    as_number = None if value is None else float(str(value))
    return NUMERIC_FORMATS[name](as_number, low, high)
