"""Descriptions of deviations as numbers: word and character n-grams weighted by TF-IDF.

Character n-grams inside words forgive typing errors, endings and equipment numbers; words carry the
rest. Nothing is downloaded and nothing is learned beyond the source's own words.
"""

import re
from typing import Any

_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")


def normalised(text: str | None) -> str:
    """Return a description in lower case, numbers as ``#``, single spaces."""
    return _SPACES.sub(" ", _DIGITS.sub("#", (text or "").lower())).strip()


def text_features(texts: list[str]) -> Any:
    """Weigh the n-grams of normalised descriptions.

    Args:
        texts: Normalised descriptions.

    Returns:
        Sparse (texts, n-grams) matrix with rows of length one (or zero), and the fitted weighing.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    weighing = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=True)),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)),
        ]
    )
    return weighing.fit_transform(texts), weighing
