"""Runs expectation suites over frames in memory, through one context that lives with the process.

Here belong the running, the putting together of results, and the examples kept of each failed rule:
at most twenty, each with the key of its row. What a suite holds is in ``suites``.
"""

import warnings
from collections.abc import Sequence, Set
from functools import cache
from typing import Any

import polars as pl

from data_contracts.errors import ContractError
from data_contracts.quality.library import great_expectations_library

EXAMPLES_KEPT = 20
_EVERY_ROW = (
    *("unexpected_list", "unexpected_index_list", "unexpected_index_query"),
    "partial_unexpected_counts",
)


def validate(frame: pl.DataFrame, suite: Any, key: Sequence[str]) -> Any:
    """Run a suite over a frame.

    Args:
        frame: What is judged.
        suite: The expectations, each with its ``order`` in ``meta``.
        key: Columns that name a row in the examples.

    Returns:
        great_expectations' ``ExpectationSuiteValidationResult``: a result per expectation in the
        order of the suite, with counts, and where it failed the first twenty rows that broke it;
        its ``meta`` has the key.

    Raises:
        ContractError: An expectation could not be judged, as on text where numbers should be; a
            failure to judge never passes for a verdict.
    """
    decimals = [name for name, dtype in frame.schema.items() if dtype.is_decimal()]
    rows = frame.with_columns(pl.col(decimals).cast(pl.Float64)).to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # great_expectations' and pandas' own, about each other
        batch = _whole_frame().get_batch({"dataframe": rows})
        validation = batch.validate(suite, result_format="BASIC")
        _require_judged(validation.results)
        broken = sorted(_order(one) for one in validation.results if not one.success)
        again = _examples(batch, suite, broken, key) if broken else {}
    whole_numbers = {name for name, dtype in frame.schema.items() if dtype.is_integer()}
    for one in again.values():
        _bound(one.result, one.expectation_config.kwargs.get("column"), whole_numbers)
    ordered = sorted(validation.results, key=_order)
    validation.results = [again.get(_order(one), one) for one in ordered]
    validation.meta = {**validation.meta, "key": list(key)}
    return validation


def with_first(result: Any, validation: Any) -> Any:
    """Put one more result before those of a validation, and count it among them."""
    validation.results = [result, *validation.results]
    validation.success = all(one.success for one in validation.results)
    n, kept = len(validation.results), sum(one.success for one in validation.results)
    validation.statistics = {
        "evaluated_expectations": n,
        "successful_expectations": kept,
        "unsuccessful_expectations": n - kept,
        "success_percent": 100.0 * kept / n,
    }
    return validation


def _order(result: Any) -> int:
    return int(result.expectation_config.meta["order"])


def _examples(batch: Any, suite: Any, broken: list[int], key: Sequence[str]) -> dict[int, Any]:
    """Ask again, of the rules that failed only, which rows broke them: it costs twice as much."""
    by_order = {one.meta["order"]: one for one in suite.expectations}
    asked = [by_order[order].copy(update={"id": None}) for order in broken]
    form = {
        "result_format": "COMPLETE",
        "partial_unexpected_count": EXAMPLES_KEPT,
        "unexpected_index_column_names": list(key),
    }
    if not key:
        del form["unexpected_index_column_names"]
    few = great_expectations_library().ExpectationSuite(name=suite.name, expectations=asked)
    for one in few.expectations:
        one.id = by_order[one.meta["order"]].id
    results = batch.validate(few, result_format=form).results
    _require_judged(results)
    return {_order(one): one for one in results}


def _bound(result: dict[str, Any], column: str | None, whole_numbers: Set[str]) -> None:
    """Keep twenty examples; a table that is wrong throughout must not be stored twice.

    pandas holds whole numbers with gaps as fractions: they are made whole again.
    """
    rows = result.get("unexpected_index_list") or []
    if rows and isinstance(rows[0], dict):
        result["partial_unexpected_index_list"] = [
            {name: _whole(value) if name in whole_numbers else value for name, value in row.items()}
            for row in rows[:EXAMPLES_KEPT]
        ]
    if column in whole_numbers:
        values = result.get("partial_unexpected_list", [])
        result["partial_unexpected_list"] = [_whole(value) for value in values]
    for name in _EVERY_ROW:
        result.pop(name, None)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _require_judged(results: Sequence[Any]) -> None:
    for result in results:
        told = result.exception_info
        if "raised_exception" not in told:  # then one entry per metric that could not be computed
            message = next(iter(told.values()))["exception_message"]
            config = result.expectation_config
            raise ContractError(
                f"{config.type} could not be judged on {config.kwargs}: {message}. "
                "The frame has other types than its contract."
            )


@cache
def _whole_frame() -> Any:
    """The one batch definition every frame is judged through."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations_library().get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")
