"""The kinds of values in an expression: what fits what, and what is converted on the way.

Numbers are double precision, also where they are written as whole ones. A number or an instant
where a text is expected becomes its text, a text where an instant is expected is read as one, true
and false count as 1 and 0; nothing else is converted, so that a number is never compared with a
text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from data_contracts.expression_language.functions import WRITTEN_OUT
from data_contracts.expression_language.parser import ExpressionError
from data_contracts.expression_language.text_forms import instant_form
from data_contracts.expression_language.tree import Call, ColumnName, Kind, Node, Value

MOST_PARTS = 20_000
_COMPARING = frozenset(["=", "<>", "<", "<=", ">", ">=", "in"])
_SAME_KIND = frozenset(["coalesce", "nullif", "greatest", "least"])
_NUMBERS: Sequence[Kind] = ("number",) * 2
_TEXT: Sequence[Kind] = ("text",) * 99
_CUT: Sequence[Kind] = ("text", "number", "number")
_TRUTHS: Sequence[Kind] = ("truth",) * 9_999
_INSTANTS: Sequence[Kind] = ("instant", "instant")
_LATER: Sequence[Kind] = ("instant", "number")
_SHIFT: Sequence[Kind] = ("instant", "number", "number")
# Kinds of the arguments, and of the result.
_UNITS = ("seconds", "minutes", "hours", "days")
_SIGNATURES: dict[str, tuple[Sequence[Kind], Kind]] = {
    **dict.fromkeys(("+", "-", "*", "/", "mod", "pow", "log", "round"), (_NUMBERS, "number")),
    **dict.fromkeys(("negative", "abs", "ceil", "floor", "sign", "pi"), (_NUMBERS, "number")),
    **dict.fromkeys(("sqrt", "cbrt", "exp", "ln", "log2", "log10"), (_NUMBERS, "number")),
    **dict.fromkeys(("||", "lower", "upper", "concat", "concat_ws", "replace"), (_TEXT, "text")),
    **dict.fromkeys(("trim", "ltrim", "rtrim"), (_TEXT, "text")),
    **dict.fromkeys(("left", "right", "substr"), (_CUT, "text")),
    **dict.fromkeys(("starts_with", "ends_with", "like", "ilike"), (_TEXT, "truth")),
    **dict.fromkeys(("length", "strpos"), (_TEXT, "number")),
    **dict.fromkeys((f"age_{unit}" for unit in _UNITS), (_INSTANTS, "number")),
    **dict.fromkeys((f"add_{unit}" for unit in _UNITS), (_LATER, "instant")),
    **dict.fromkeys(("floor_to_day", "floor_to_shift"), (_SHIFT, "instant")),
    **dict.fromkeys(("and", "or", "not"), (_TRUTHS, "truth")),
}
_IN_WORDS = {
    "number": "a number",
    "text": "a text",
    "truth": "a condition",
    "instant": "an instant",
    "nothing": "null",
}


@dataclass(frozen=True)
class Typed:
    """A part of an expression with its kind.

    Attributes:
        kind: What its value is.
        name: The operation; ``value`` and ``column`` for what is no operation.
        parts: What it works on.
        content: The value, or the column's name.
    """

    kind: Kind
    name: str
    parts: tuple["Typed", ...] = ()
    content: float | str | bool | None = None

    @property
    def is_plain(self) -> bool:
        """Whether writing it twice costs nothing."""
        return not self.parts


def typed(node: Node, kinds: Mapping[str, Kind]) -> Typed:
    """Give every part of an expression its kind.

    Args:
        node: The expression.
        kinds: Kind of every column.

    Raises:
        ExpressionError: Something does not fit: a text is added, a number compared with a text.
    """
    return _Typing(kinds).of(node)


class _Typing:
    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds, self.parts = kinds, 0

    def of(self, node: Node) -> Typed:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise ExpressionError("is too large; simplify it")
        if isinstance(node, Value):
            return Typed(node.kind, "value", content=node.content)
        if isinstance(node, ColumnName):
            return Typed(self.kinds[node.name], "column", content=node.name)
        _require_written_out(node)
        return self.called(node.name, [self.of(part) for part in node.parts])

    def called(self, name: str, parts: list[Typed]) -> Typed:
        if name in _COMPARING:
            return Typed("truth", name, tuple(_alike(parts, f"'{name}' compares")))
        if name in _SAME_KIND:
            same = tuple(_alike(parts, f"{name} takes"))
            return Typed(same[0].kind, name, same)
        if name in _ODD:
            return _ODD[name](parts)
        if name.startswith("to_"):
            return _cast(name.removeprefix("to_"), parts[0])
        expected, result = _SIGNATURES[name]
        fitted = (_as(part, kind, name) for part, kind in zip(parts, expected, strict=False))
        return Typed(result, name, tuple(fitted))


def _require_written_out(node: Call) -> None:
    """Refuse a column where an engine wants a value that is the same for every row."""
    for place in WRITTEN_OUT.get(node.name, ()):
        if place < len(node.parts):
            part = node.parts[place]
            if not isinstance(part, Value) or part.content is None:
                raise ExpressionError(
                    f"argument {place + 1} of {node.name} must be written out, not computed"
                )
    _require_sensible(node)


def _require_sensible(node: Call) -> None:
    written = [part.content if isinstance(part, Value) else None for part in node.parts]
    if node.name == "round" and len(written) == 2 and written[1] not in range(16):
        raise ExpressionError("round takes 0 to 15 decimals")
    if node.name == "instant" and len(written) == 2:
        instant_form(written[1])
    if node.name in {"replace", "strpos"} and written[1] == "":
        raise ExpressionError(f"{node.name} looks for a text that is not empty")
    if node.name == "floor_to_shift":
        _require_shift(*written[1:])


def _require_shift(first: object, hours: object) -> None:
    if not isinstance(first, float) or not 0 <= first < 24:
        raise ExpressionError("the first shift begins at an hour from 0 to 24")
    if not isinstance(hours, float) or hours <= 0 or 24 % hours:
        raise ExpressionError("a shift lasts hours that divide the day, such as 8 or 12")


def _as(part: Typed, kind: Kind, name: str) -> Typed:
    """Convert a part to the kind an operation takes, or say that it does not fit."""
    if part.kind == kind:
        return part
    if part.kind == "nothing":
        return Typed(kind, "value")
    if kind == "text":
        return Typed(kind, f"text_of_{part.kind}", (part,))
    if (part.kind, kind) == ("text", "instant"):
        return _instant([part])
    if (part.kind, kind) == ("truth", "number"):
        return Typed(kind, "number_of_truth", (part,))
    raise ExpressionError(f"{name} takes {_IN_WORDS[kind]}, found {_IN_WORDS[part.kind]}")


def _alike(parts: Sequence[Typed], doing: str) -> list[Typed]:
    """Convert parts to one kind."""
    kinds = {part.kind for part in parts} - {"nothing"}
    if not kinds:
        return [Typed("number", "value") for _ in parts]
    if len(kinds) == 1:
        kind = kinds.pop()
    elif kinds == {"truth", "number"}:
        kind = "number"
    elif kinds == {"text", "instant"}:
        kind = "instant"
    else:
        first, *others = (_IN_WORDS[kind] for kind in sorted(kinds))
        raise ExpressionError(f"{doing} {first} with {' and '.join(others)}")
    return [_as(part, kind, doing) for part in parts]


def _case(parts: list[Typed]) -> Typed:
    whens = [_as(part, "truth", "WHEN") for part in parts[:-1:2]]
    values = _alike([*parts[1::2], parts[-1]], "CASE gives")
    mixed = [part for pair in zip(whens, values[:-1], strict=True) for part in pair]
    return Typed(values[0].kind, "case", (*mixed, values[-1]))


def _instant(parts: list[Typed]) -> Typed:
    if parts[0].kind in {"instant", "nothing"}:
        return _as(parts[0], "instant", "instant")
    if parts[0].kind != "text":
        raise ExpressionError(f"instant reads a text, found {_IN_WORDS[parts[0].kind]}")
    return Typed("instant", "instant", tuple(parts))


def _cast(target: str, part: Typed) -> Typed:
    """A cast gives null where a value cannot be read; a whole number is the nearest one."""
    if target in {"instant", "day"}:
        instant = _instant([part])
        return instant if target == "instant" else Typed("instant", "floor_to_day", (instant,))
    if target == "text":
        return _as(part, "text", "cast")
    if target == "truth":
        if part.kind in {"truth", "nothing"}:
            return _as(part, "truth", "cast")
        if part.kind == "instant":
            raise ExpressionError("an instant is neither true nor false")
        return Typed("truth", f"truth_of_{part.kind}", (part,))
    number = Typed("number", "number_of_text", (part,)) if part.kind == "text" else None
    number = number or _as(part, "number", "cast")
    if target == "whole":
        return Typed("number", "round", (number, Typed("number", "value", content=0.0)))
    return number


_ODD: dict[str, Callable[[list[Typed]], Typed]] = {
    "case": _case,
    "instant": _instant,
    "is_null": lambda parts: Typed("truth", "is_null", tuple(parts)),
}
