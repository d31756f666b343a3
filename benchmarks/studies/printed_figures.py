"""Figures as a reader has them: what a printed number may stand for, and sums redone with these."""

import re
from dataclasses import dataclass

MINUS = "\u2212"
SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9}
_PRINTED = re.compile(rf"({MINUS}?)\$?([\d,]+(?:\.\d+)?)([kMB]?)(%?)")


@dataclass(frozen=True)
class Span:
    """The least and the most a printed figure may stand for."""

    least: float
    most: float

    def __add__(self, other: "Span") -> "Span":
        """Return the span of a sum."""
        return Span(self.least + other.least, self.most + other.most)

    def __sub__(self, other: "Span") -> "Span":
        """Return the span of a difference."""
        return Span(self.least - other.most, self.most - other.least)

    def __mul__(self, other: "Span") -> "Span":
        """Return the span of a product."""
        ends = [a * b for a in (self.least, self.most) for b in (other.least, other.most)]
        return Span(min(ends), max(ends))

    def meets(self, other: "Span") -> bool:
        """Whether both may be the same figure."""
        return self.least <= other.most and other.least <= self.most


def span(text: str) -> Span:
    """Read a printed figure.

    Args:
        text: Such as ``$1.2M``, ``12%``, ``0.691``; without its interval.

    Raises:
        ValueError: It is no figure.
    """
    found = _PRINTED.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no printed figure.")
    digits = found[2].replace(",", "")
    scale = SCALES[found[3]] / (100.0 if found[4] else 1.0)
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    if "." not in digits and not found[3] and not found[4]:
        half = max(half, 0.5 * 10.0 ** _dropped(digits))
    value = float(digits) * (-1.0 if found[1] else 1.0)
    return Span((value - half) * scale, (value + half) * scale)


def _dropped(digits: str) -> int:
    """Return how many figures of a whole number may be zeros of rounding: those beyond three."""
    zeros = len(digits) - len(digits.rstrip("0"))
    return min(zeros, max(len(digits) - 3, 0))
