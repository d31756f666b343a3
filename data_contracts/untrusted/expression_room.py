"""Expressions of strangers, judged before they are evaluated: texts can outgrow the memory.

How long and how deep an expression may be is for the parser, which meets every bracket.
"""

import re

import polars as pl

from data_contracts.errors import ProfileError
from data_contracts.untrusted.limits import MOST_EXPRESSION_TEXT_BYTES

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<word>[A-Za-z_]\w*)|(?P<other>\S)"""
)
SHOWN = 60


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
