"""What delivered texts stand for: listed words, and one word for all the rest.

Which words a table allows is said by its contract.
"""

from collections.abc import Mapping

import polars as pl


def meaning(text: pl.Series, values: Mapping[str, str], other: str | None) -> pl.Series:
    """Return what texts stand for.

    Args:
        text: As delivered; blanks stay blank.
        values: Text to text.
        other: What every text not listed stands for; None for itself.
    """
    if other is None:
        return text.replace(dict(values))
    known = text.replace_strict(dict(values), default=other, return_dtype=pl.String)
    return known.zip_with(text.is_not_null(), text)
