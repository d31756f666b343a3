"""Warnings and failures of a fit, kept as a sentence in its result instead of raised.

lifelines warns where a fit is doubtful and raises where there is none; statistical doubt is a value
in our tables, so both become text beside the estimate.
"""

import warnings
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LONGEST = 160


def with_notes(fit: Callable[[], T]) -> tuple[T | None, str | None]:
    """Run a fit and return it with what it had to say.

    Args:
        fit: Runs one fit.

    Returns:
        The fit, None where there is none; and a sentence, None where nothing was said.
    """
    from lifelines.exceptions import ConvergenceError, StatError
    from numpy.linalg import LinAlgError

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = fit()
        except (ConvergenceError, StatError, LinAlgError, ZeroDivisionError, ValueError) as error:
            return None, f"Not fitted: {_first_sentence(error)}"
    said = sorted(
        {_first_sentence(each.message) for each in caught if _is_about_the_fit(each.category)}
    )
    return found, f"Doubtful: {' '.join(said)}" if said else None


def _is_about_the_fit(category: type[Warning]) -> bool:
    return not issubclass(category, (DeprecationWarning, FutureWarning))


def _first_sentence(message: object) -> str:
    lines = [line.strip() for line in str(message).splitlines() if line.strip()]
    sentence = lines[0].split(". ")[0].rstrip(".") if lines else "no reason given"
    return f"{sentence[:LONGEST]}."
