"""Rows of the warehouse as pages, pictures and sheets may show them: no text in them can act.

What people typed into other systems comes out here as they typed it, with characters that act
unseen as their codes. Templates escape markup themselves; Plotly's labels know a few tags of
their own, so their texts are escaped here.
"""

import polars as pl

from data_contracts.untrusted.inert_text import visible

# Wider than what ``visible`` rewrites, and quick: most columns have nothing of the kind.
_SUSPECT = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\x{FE00}-\x{FE0F}]"

_LABEL_CODES = {"&": "&amp;", "<": "&lt;", "$": "&#36;"}


def inert(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose texts show control characters, direction marks and the like as codes.

    Args:
        frame: Any rows; columns that are no text stay as they are.
    """
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    suspect = [name for name in texts if frame[name].str.contains(_SUSPECT).any()]
    return frame.with_columns(
        pl.Series(name, [text and visible(text) for text in frame[name]], dtype=pl.String)
        for name in suspect
    )


def for_labels(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose texts Plotly shows as they are.

    It would take ``<a href=...>`` for a link and what stands between two dollars for a formula.
    """
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    escaped = []
    for name in texts:
        column = pl.col(name)
        for character, shown in _LABEL_CODES.items():
            column = column.str.replace_all(character, shown, literal=True)
        escaped.append(column)
    return frame.with_columns(escaped)


def label_text(text: str) -> str:
    """Return one text as Plotly shows it as it is, as :func:`for_labels` does.

    Examples:
        >>> label_text("<b> & $1")
        '&lt;b> &amp; &#36;1'
    """
    for character, shown in _LABEL_CODES.items():
        text = text.replace(character, shown)
    return text
