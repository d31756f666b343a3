"""Expressions of strangers, judged before they are parsed and before they are evaluated.

A parser calls itself for every bracket, and texts put together can outgrow any machine. Here belong
the two judgements; what an expression may say is for the expression language.
"""

import re

import polars as pl

from data_contracts.errors import ProfileError
from data_contracts.untrusted.limits import (
    DEEPEST_EXPRESSION,
    LONGEST_EXPRESSION,
    MOST_EXPRESSION_TEXT_BYTES,
    MOST_EXPRESSION_WORDS,
)

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<word>[A-Za-z_]\w*)|(?P<other>\S)"""
)
_OPENING, _CLOSING = frozenset(["(", "[", "{", "case"]), frozenset([")", "]", "}", "end"])
_SIGNS = re.compile(r"(?:(?<!\S)(?:-|\+|~|not) ){2,}")
SHOWN = 60


def require_modest_expression(text: str, where: str) -> None:
    """Check that parsing an expression stays within what a parser bears.

    Args:
        text: The expression.
        where: Its place, for the error: profile and key.

    Raises:
        ProfileError: It is blank, too long or too deep, or calls a function with nothing.
    """
    tokens = [token.group().lower() for token in _TOKEN.finditer(text)]
    if not tokens:
        raise ProfileError(f"{where}: the expression is blank; write a condition or a value.")
    for name, opening, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening + closing == "()" and name[0].isalpha() and name not in ("pi", "over"):
            raise ProfileError(f"{where}: '{name}()' in '{text[:SHOWN]}' needs a value.")
    depth = deepest = 0
    for token in tokens:
        depth += (token in _OPENING) - (token in _CLOSING)
        deepest = max(deepest, depth)
    signs = max((len(found) for found in _SIGNS.findall(" ".join(tokens))), default=0) // 2
    for what, found, most in (
        ("characters", len(text), LONGEST_EXPRESSION),
        ("words", len(tokens), MOST_EXPRESSION_WORDS),
        ("levels of brackets or cases", deepest, DEEPEST_EXPRESSION),
        ("signs in a row", signs, DEEPEST_EXPRESSION),
    ):
        if found > most:
            raise ProfileError(
                f"{where}: the expression '{text[:SHOWN]} ...' has {found:,} {what}, more than "
                f"{most:,}; compute it in steps, under 'derived'."
            )


def require_room(frame: pl.DataFrame, text: str, where: str) -> None:
    """Check that the texts an expression puts together fit the memory, before it does.

    Every text a function returns is made of its arguments; only ``replace`` makes more of them, at
    most as many times as the longest text written in the expression is long.

    Args:
        frame: What the expression reads.
        text: The expression.
        where: Its place, for the error.

    Raises:
        ProfileError: They do not.
    """
    tokens = list(_TOKEN.finditer(text))
    names = [t.group().strip('"') for t in tokens if t.lastgroup in ("word", "quoted")]
    texts = [len(t.group()) - 2 for t in tokens if t.lastgroup == "string"]
    lengths = {
        name: int(frame[name].str.len_bytes().sum() or 0)
        for name in set(names)
        if name in frame.columns and frame.schema[name] == pl.String
    }
    growth = max(1, *texts, 1) ** sum(name.lower() == "replace" for name in names)
    size = (sum(lengths.get(name, 0) for name in names) + frame.height * sum(texts)) * growth
    if size > MOST_EXPRESSION_TEXT_BYTES:
        raise ProfileError(
            f"{where}: the expression '{text[:SHOWN]}' can make {size:.3g} bytes of text of this "
            f"file, more than {MOST_EXPRESSION_TEXT_BYTES:,}; replace by shorter texts."
        )
