"""The parts of a read expression: values, columns, and operations on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "truth", "instant", "nothing"]
"""What a value is; ``nothing`` is a null of no kind yet."""


@dataclass(frozen=True)
class Value:
    """A value written in the expression: a number, a text, true or false, an instant, or null."""

    kind: Kind
    content: float | str | bool | None


@dataclass(frozen=True)
class ColumnName:
    """A column by its name."""

    name: str


@dataclass(frozen=True)
class Call:
    """An operation on other parts.

    Attributes:
        name: An operator such as ``+`` or ``and``, or a function.
        parts: What it works on, in order.
    """

    name: str
    parts: tuple["Node", ...]


Node = Value | ColumnName | Call


def columns(node: Node) -> Iterator[str]:
    """Yield the columns an expression reads, in order of appearance, repeated as they are."""
    if isinstance(node, ColumnName):
        yield node.name
    elif isinstance(node, Call):
        for part in node.parts:
            yield from columns(part)
