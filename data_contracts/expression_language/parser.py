"""From the text of an expression to its tree."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from data_contracts.expression_language.functions import (
    ALLOWED_FUNCTIONS,
    CAST_KINDS,
    FUNCTIONS,
    SAME_AS,
)
from data_contracts.expression_language.tree import Call, ColumnName, Node, Value

LONGEST, DEEPEST, TALLEST = 50_000, 40, 150
_FORBIDDEN = frozenset(
    ["select", "from", "over", "partition", "filter", "exists", "interval", "where", "join"]
)
_KEYWORDS = frozenset(
    ["and", "or", "not", "in", "then", "when", "else", "end", "between", "like", "ilike", "is"]
)
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")+")
      | (?P<word>[^\W\d]\w*)
      | (?P<sign><>|!=|<=|>=|\|\||::|[-+*/%=<>(),])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
# How tightly a sign binds, from loose to tight.
_BINARY = {
    "||": (5, "||"),
    "+": (6, "+"),
    "-": (6, "-"),
    "*": (7, "*"),
    "/": (7, "/"),
    "%": (7, "mod"),
}


class ExpressionError(Exception):
    """What is wrong with an expression, in words; the place is added by whoever knows it."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


def parse_text(text: str) -> Node:
    """Read an expression.

    Raises:
        ExpressionError: The text is no single expression, is too long or too deep, or uses what is
            not on the allow-list.
    """
    node = _Parser(_tokens(text)).whole()
    level = [node]
    for _ in range(TALLEST):
        level = [part for each in level if isinstance(each, Call) for part in each.parts]
    if level:
        raise ExpressionError(f"chains more than {TALLEST} operations; simplify it")
    return node


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters; shorten it")
    found, place, text = list[_Token](), 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(f"at {text[place : place + 20].strip()!r}")
        found.append(_Token(str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    if not found:
        raise _unreadable("it is blank")
    for token, following in zip(found, [*found[1:], _Token("sign", "")], strict=True):
        _require_allowed(token, is_call=following.text == "(")
    return found


def _require_allowed(token: _Token, *, is_call: bool) -> None:
    if token.word in _FORBIDDEN:
        raise ExpressionError(
            f"'{token.word.upper()}' is not allowed; an expression works on the columns of one row "
            "(a column of that name stands in double quotes)"
        )
    is_known = token.word in ALLOWED_FUNCTIONS | _KEYWORDS | {"case"}
    if token.word and is_call and not is_known and token.word not in CAST_KINDS:
        near = get_close_matches(token.word, ALLOWED_FUNCTIONS, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ExpressionError(
            f"the function '{token.text}' is not allowed.{hint} Allowed: "
            f"{', '.join(sorted(ALLOWED_FUNCTIONS))}"
        )


def _unreadable(why: str) -> ExpressionError:
    return ExpressionError(
        f"it cannot be read as one SQL expression ({why}); write it as in "
        '"main_force / pre_force" or "dissolution_min < 80"'
    )


class _Parser:
    """Reads tokens from left to right, one method per level of binding."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0

    def whole(self) -> Node:
        node = self.either()
        if self.place < len(self.tokens):
            raise _unreadable(f"unexpected '{self.tokens[self.place].text}'")
        return node

    def next(self) -> _Token:
        """Return the coming token without taking it; at the end, one that is nothing."""
        at_end = self.place >= len(self.tokens)
        return _Token("end", "") if at_end else self.tokens[self.place]

    def take(self) -> _Token:
        token = self.next()
        self.place += 1
        return token

    def found(self, *words: str) -> bool:
        """Take the coming words or signs if they are these, all of them or none."""
        coming = self.tokens[self.place : self.place + len(words)]
        if [token.word or token.text for token in coming] != list(words):
            return False
        if any(token.kind not in {"word", "sign"} for token in coming):
            return False
        self.place += len(words)
        return True

    def require(self, word: str) -> None:
        if not self.found(word):
            seen = self.next().text
            raise _unreadable(f"expected '{word.upper()}'" + (f" before '{seen}'" if seen else ""))

    def either(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"is nested more than {DEEPEST} deep; simplify it")
        parts = [self.both()]
        while self.found("or"):
            parts.append(self.both())
        self.depth -= 1
        return Call("or", tuple(parts)) if len(parts) > 1 else parts[0]

    def both(self) -> Node:
        parts = [self.negation()]
        while self.found("and"):
            parts.append(self.negation())
        return Call("and", tuple(parts)) if len(parts) > 1 else parts[0]

    def negation(self) -> Node:
        nots = 0
        while self.found("not"):
            nots += 1
        node = self.comparison()
        return Call("not", (node,)) if nots % 2 else node

    def comparison(self) -> Node:
        node = self.binary(5)
        while True:
            sign = self.next()
            if sign.kind == "sign" and sign.text in _COMPARISONS:
                self.take()
                node = Call(_COMPARISONS[sign.text], (node, self.binary(5)))
            elif self.found("is"):
                node = self.tested(node)
            elif self.found("not"):
                node = Call("not", (self.listed(node),))
            elif self.next().word in {"in", "between", "like", "ilike"}:
                node = self.listed(node)
            else:
                return node

    def tested(self, node: Node) -> Node:
        """``IS [NOT] NULL``, ``TRUE`` or ``FALSE``: never null itself."""
        is_not = self.found("not")
        if self.found("null"):
            test: Node = Call("is_null", (node,))
        elif self.next().word in {"true", "false"}:
            wanted: Node = node if self.take().word == "true" else Call("not", (node,))
            test = Call("coalesce", (wanted, Value("truth", False)))
        else:
            raise _unreadable("after IS stands NULL, TRUE or FALSE")
        return Call("not", (test,)) if is_not else test

    def listed(self, node: Node) -> Node:
        """``IN``, ``BETWEEN``, ``LIKE`` and ``ILIKE`` after what they are about."""
        if self.found("in"):
            self.require("(")
            return Call("in", (node, *self.arguments()))
        if self.found("between"):
            low = self.binary(5)
            self.require("and")
            high = self.binary(5)
            return Call("and", (Call(">=", (node, low)), Call("<=", (node, high))))
        for word in ("like", "ilike"):
            if self.found(word):
                return Call(word, (node, self.binary(5)))
        raise _unreadable("after NOT stands IN, BETWEEN or LIKE here")

    def binary(self, level: int) -> Node:
        node = self.signed()
        while True:
            sign = self.next()
            tightness, name = _BINARY.get(sign.text, (0, "")) if sign.kind == "sign" else (0, "")
            if tightness < level:
                return node
            self.take()
            node = Call(name, (node, self.binary(tightness + 1)))

    def signed(self) -> Node:
        minuses = 0
        while self.next().text in {"-", "+"} and self.next().kind == "sign":
            minuses += self.take().text == "-"
        node = self.converted()
        return Call("negative", (node,)) if minuses % 2 else node

    def converted(self) -> Node:
        node = self.single()
        while self.found("::"):
            node = self.cast_of(node)
        return node

    def cast_of(self, node: Node) -> Node:
        token = self.take()
        kind = CAST_KINDS.get(token.word)
        if kind is None:
            raise ExpressionError(
                f"'{token.text}' is no type; a cast is to {', '.join(sorted(CAST_KINDS))}"
            )
        if self.found("("):  # the digits of decimal(18, 2) mean nothing here
            self.arguments()
        return Call(f"to_{kind}", (node,))

    def arguments(self) -> tuple[Node, ...]:
        """Read what stands between parentheses, the opening one being taken."""
        if self.found(")"):
            return ()
        parts = [self.either()]
        while self.found(","):
            parts.append(self.either())
        self.require(")")
        return tuple(parts)

    def single(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return Value("number", float(token.text))
        if token.kind == "text":
            return Value("text", token.text[1:-1].replace("''", "'"))
        if token.kind == "quoted":
            return ColumnName(token.text[1:-1].replace('""', '"'))
        if token.text == "(":
            node = self.either()
            self.require(")")
            return node
        if token.kind == "word":
            return self.named(token)
        raise _unreadable(f"unexpected '{token.text}'" if token.text else "it ends too early")

    def named(self, token: _Token) -> Node:
        """A value, a function or a column that begins with a word."""
        word = token.word
        if word in {"true", "false"}:
            return Value("truth", word == "true")
        if word == "null":
            return Value("nothing", None)
        if word == "case":
            return self.case()
        if word in {"date", "timestamp"} and self.next().kind == "text":
            return Call("instant", (self.single(),))
        if self.found("("):
            return self.called(word)
        if word in _KEYWORDS:
            raise _unreadable(f"unexpected '{token.text}'")
        return ColumnName(token.text)

    def called(self, word: str) -> Node:
        if word in {"cast", "try_cast"}:
            node = self.either()
            self.require("as")
            node = self.cast_of(node)
            self.require(")")
            return node
        if word not in FUNCTIONS:
            raise _unreadable(f"unexpected '{word}('")
        parts, (least, most) = self.arguments(), FUNCTIONS[word]
        if not least <= len(parts) <= most:
            expected = f"{least}" if least == most else f"{least} to {most}"
            raise ExpressionError(f"{word} takes {expected} arguments, found {len(parts)}")
        return Call(SAME_AS.get(word, word), parts)

    def case(self) -> Node:
        """``CASE``, with or without a value that each ``WHEN`` is compared with."""
        about = None if self.next().word == "when" else self.either()
        parts = list[Node]()
        while self.found("when"):
            when = self.either()
            self.require("then")
            parts += [when if about is None else Call("=", (about, when)), self.either()]
        if not parts:
            raise _unreadable("a CASE without WHEN")
        parts.append(self.either() if self.found("else") else Value("nothing", None))
        self.require("end")
        return Call("case", tuple(parts))
