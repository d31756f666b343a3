"""An operand that records what is done with it, so that another machine can do it again.

The functions that compute a figure are handed recorded operands instead of numbers, and leave their
arithmetic behind as a list of steps. A step that was taken before is not taken again.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from data_contracts.codes.money import LiveOperation

Operand: TypeAlias = Union["Recorded", Any]


@dataclass(frozen=True)
class RecordedStep:
    """One operation.

    Attributes:
        operation: A ``LiveOperation``.
        operands: Places of the steps whose results it takes, in order.
        number: The number, of a constant.
        name: What is called so: an input, or a figure that is wanted.
    """

    operation: str
    operands: tuple[int, ...] = ()
    number: float | None = None
    name: str | None = None


@dataclass
class Recording:
    """Steps in the order in which they were taken; each takes results of earlier ones.

    Attributes:
        steps: The steps; a place is an index into them.
    """

    steps: list[RecordedStep] = field(default_factory=list)
    _places: dict[RecordedStep, int] = field(default_factory=dict)

    def input(self, name: str) -> Any:
        """Return what stands for an input, typed to stand in for a number."""
        return self.taken(RecordedStep(LiveOperation.INPUT, name=name))

    def figure(self, name: str, value: Operand) -> None:
        """Name a result that is wanted."""
        self.taken(RecordedStep(LiveOperation.FIGURE, (self.lifted(value).place,), name=name))

    def lifted(self, value: Operand) -> "Recorded":
        """Return a number as a recorded constant; what is recorded stays as it is."""
        if isinstance(value, Recorded):
            return value
        return self.taken(RecordedStep(LiveOperation.NUMBER, number=float(value)))

    def taken(self, step: RecordedStep) -> "Recorded":
        """Return the result of a step, which is added unless it was taken before."""
        if step not in self._places:
            self._places[step] = len(self.steps)
            self.steps.append(step)
        return Recorded(self, self._places[step])

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs used, in the order of their first use."""
        return [str(step.name) for step in self.steps if step.operation == LiveOperation.INPUT]


@dataclass(frozen=True)
class Recorded:
    """The result of a step, which adds, multiplies and compares like a number.

    Zero is not added and one not multiplied, which changes no result.

    Attributes:
        record: Where its steps are kept.
        place: Place of the step it is the result of.
    """

    record: Recording
    place: int

    def _number(self) -> float | None:
        return self.record.steps[self.place].number

    def _with(self, operation: str, *others: Operand) -> "Recorded":
        places = (self.record.lifted(other).place for other in others)
        return self.record.taken(RecordedStep(operation, (self.place, *places)))

    def __add__(self, other: Operand) -> "Recorded":
        """Return the sum."""
        right = self.record.lifted(other)
        if self._number() == 0:
            return right
        return self if right._number() == 0 else self._with(LiveOperation.ADD, right)

    def __radd__(self, other: Operand) -> "Recorded":
        """Return the sum."""
        return self.record.lifted(other) + self

    def __sub__(self, other: Operand) -> "Recorded":
        """Return the difference; a thing minus itself is zero."""
        right = self.record.lifted(other)
        if self.place == right.place:
            return self.record.lifted(0)
        return self if right._number() == 0 else self._with(LiveOperation.SUBTRACT, right)

    def __rsub__(self, other: Operand) -> "Recorded":
        """Return the difference."""
        return self.record.lifted(other) - self

    def __mul__(self, other: Operand) -> "Recorded":
        """Return the product."""
        right = self.record.lifted(other)
        if 0 in (self._number(), right._number()):
            return self.record.lifted(0)
        if self._number() == 1:
            return right
        return self if right._number() == 1 else self._with(LiveOperation.MULTIPLY, right)

    def __rmul__(self, other: Operand) -> "Recorded":
        """Return the product."""
        return self.record.lifted(other) * self

    def __truediv__(self, other: Operand) -> "Recorded":
        """Return the quotient."""
        right = self.record.lifted(other)
        return self if right._number() == 1 else self._with(LiveOperation.DIVIDE, right)

    def __rtruediv__(self, other: Operand) -> "Recorded":
        """Return the quotient."""
        return self.record.lifted(other) / self

    def __neg__(self) -> "Recorded":
        """Return the negative."""
        return -1 * self

    def __abs__(self) -> "Recorded":
        """Return the absolute value."""
        return self._with(LiveOperation.ABSOLUTE)

    def __ge__(self, other: Operand) -> "Recorded":
        """Return the condition that this is no less."""
        return self._with(LiveOperation.AT_LEAST, other)

    def __or__(self, other: "Recorded") -> "Recorded":
        """Return the condition that one of two conditions holds."""
        return self._with(LiveOperation.EITHER, other)

    def larger(self, other: Operand) -> "Recorded":
        """Return the larger of the two."""
        return self._with(LiveOperation.LARGER, other)

    def smaller(self, other: Operand) -> "Recorded":
        """Return the smaller of the two."""
        return self._with(LiveOperation.SMALLER, other)

    def chosen(self, where_true: Operand, where_false: Operand) -> "Recorded":
        """Return one or the other, this being the condition."""
        return self._with(LiveOperation.CHOOSE, where_true, where_false)
