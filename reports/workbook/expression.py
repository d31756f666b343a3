"""A spreadsheet expression that knows its text and its value.

It is added, subtracted, multiplied and divided like a number, so the functions that compute a
figure also write the formula that recomputes it.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, Union

Operand: TypeAlias = Union["Expression", int, float, Fraction]

SUM, PRODUCT, ATOM = 1, 2, 3


@dataclass(frozen=True)
class Expression:
    """An expression of a worksheet.

    Attributes:
        text: Formula text without the equals sign.
        value: What it comes to now.
        rank: How tightly it binds: a sum, a product, or a single thing.
    """

    text: str
    value: float
    rank: int = ATOM

    @property
    def formula(self) -> str:
        """The formula as a cell holds it."""
        return f"={self.text}"

    def __add__(self, other: Operand) -> "Expression":
        """Return the sum; adding zero writes nothing."""
        right = lifted(other)
        if self.text == "0":
            return right
        if right.text == "0":
            return self
        return Expression(f"{self.text}+{right.text}", self.value + right.value, SUM)

    def __radd__(self, other: Operand) -> "Expression":
        """Return the sum."""
        return lifted(other) + self

    def __sub__(self, other: Operand) -> "Expression":
        """Return the difference; a thing minus itself is zero."""
        right = lifted(other)
        if self.text == right.text:
            return Expression("0", 0.0)
        if right.text == "0":
            return self
        return Expression(f"{self.text}-{_bound(right, SUM)}", self.value - right.value, SUM)

    def __rsub__(self, other: Operand) -> "Expression":
        """Return the difference."""
        return lifted(other) - self

    def __mul__(self, other: Operand) -> "Expression":
        """Return the product; zero and one are not written."""
        right = lifted(other)
        if "0" in (self.text, right.text):
            return Expression("0", 0.0)
        if self.text == "1":
            return right
        if right.text == "1":
            return self
        text = f"{_bound(self, SUM)}*{_bound(right, SUM)}"
        return Expression(text, self.value * right.value, PRODUCT)

    def __rmul__(self, other: Operand) -> "Expression":
        """Return the product."""
        return lifted(other) * self

    def __truediv__(self, other: Operand) -> "Expression":
        """Return the quotient."""
        right = lifted(other)
        if self.text == "0" or right.text == "1":
            return self
        value = self.value / right.value if right.value else 0.0
        return Expression(f"{_bound(self, SUM)}/{_bound(right, PRODUCT)}", value, PRODUCT)

    def __neg__(self) -> "Expression":
        """Return the negative."""
        return lifted(0) - self if self.text == "0" else Expression("-1", -1.0) * self

    def __abs__(self) -> "Expression":
        """Return the absolute value."""
        return Expression(f"ABS({self.text})", abs(self.value))

    def larger(self, other: Operand) -> "Expression":
        """Return the larger of the two."""
        right = lifted(other)
        return Expression(f"MAX({self.text},{right.text})", max(self.value, right.value))

    def smaller(self, other: Operand) -> "Expression":
        """Return the smaller of the two."""
        right = lifted(other)
        return Expression(f"MIN({self.text},{right.text})", min(self.value, right.value))

    def shortened(self, names: dict[str, str]) -> "Expression":
        """Return the same expression with known bracketed parts called by their names.

        Args:
            names: Text of a part -> name of the cell that holds it.
        """
        text = self.text
        for part, name in names.items():
            text = name if text == part else text.replace(f"({part})", name)
        return Expression(text, self.value, self.rank)


def lifted(value: Operand) -> Expression:
    """Return a number as an expression; an expression stays as it is."""
    if isinstance(value, Expression):
        return value
    number = Fraction(value)
    whole = number.denominator == 1
    return Expression(str(number.numerator) if whole else repr(float(number)), float(number))


def _bound(part: Expression, loosest: int) -> str:
    """Bracket a part that binds no tighter than ``loosest``."""
    return f"({part.text})" if part.rank <= loosest else part.text


def larger(one: Operand, other: Operand) -> Expression:
    """Return the larger of two."""
    return lifted(one).larger(other)


def smaller(one: Operand, other: Operand) -> Expression:
    """Return the smaller of two."""
    return lifted(one).smaller(other)
