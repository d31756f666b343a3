"""The import of great_expectations, once, when the first suite is needed.

Here belong how it is imported and what it must not do: it costs seconds, so nobody pays before a
table is judged, and it sends nothing anywhere.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@cache
def great_expectations_library() -> Any:
    """Return the module ``great_expectations``."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings(), without("pyspark"):
        warnings.simplefilter("ignore")
        import great_expectations

        return great_expectations


@cache
def expectations_library() -> Any:
    """Return the module ``great_expectations.expectations``: the kinds of expectation."""
    great_expectations_library()
    import great_expectations.expectations

    return great_expectations.expectations


@contextmanager
def without(library: str) -> Iterator[None]:
    """Let an optional library seem not installed unless it is loaded already.

    What is judged here are frames in memory, yet great_expectations loads all of Spark's client
    where there is one: a quarter of its import.
    """
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[library]
