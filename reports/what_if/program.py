"""The recorded arithmetic as a JavaScript function over draws.

Python and JavaScript add, subtract, multiply and divide doubles alike, to the last digit, so the
function gives what the run's own formulas give.
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from data_contracts.codes.money import LiveOperation

NAME = "caseFigures"
_IN_LOOP = {
    LiveOperation.ADD: "{0} + {1}",
    LiveOperation.SUBTRACT: "{0} - {1}",
    LiveOperation.MULTIPLY: "{0} * {1}",
    LiveOperation.DIVIDE: "{0} / {1}",
    LiveOperation.ABSOLUTE: "Math.abs({0})",
    LiveOperation.LARGER: "Math.max({0}, {1})",
    LiveOperation.SMALLER: "Math.min({0}, {1})",
    LiveOperation.AT_LEAST: "{0} >= {1}",
    LiveOperation.EITHER: "{0} || {1}",
    LiveOperation.CHOOSE: "{0} ? {1} : {2}",
}
_OPERANDS = ("first_step", "second_step", "third_step")


def program(live_steps: pl.DataFrame) -> str:
    """Return the JavaScript of a case.

    Args:
        live_steps: ``economics.live_steps``.

    Returns:
        A function ``caseFigures(inputs, count)``. It takes arrays of ``count`` numbers by the name
        of the input, and returns such arrays by the name of the figure.
    """
    before, within, after = [], [], []
    for step in live_steps.sort("step").iter_rows(named=True):
        own, operation = f"s{step['step']}", step["operation"]
        named = json.dumps(step["name"])
        if operation == LiveOperation.INPUT:
            before.append(f"const i{own} = inputs[{named}];")
            within.append(f"const {own} = i{own}[k];")
        elif operation == LiveOperation.NUMBER:
            before.append(f"const {own} = {json.dumps(step['number'])};")
        elif operation == LiveOperation.FIGURE:
            before.append(f"const o{own} = new Float64Array(count);")
            within.append(f"o{own}[k] = s{step['first_step']};")
            after.append(f"{named}: o{own}")
        else:
            within.append(f"const {own} = {_said(step)};")
    lines = [
        f"function {NAME}(inputs, count) {{",
        *before,
        "for (let k = 0; k < count; k += 1) {",
        *within,
        "}",
        f"return {{{', '.join(after)}}};",
        "}",
    ]
    return "\n".join(lines)


def _said(step: Mapping[str, Any]) -> str:
    """Write one operation; constants and results are single names, so nothing needs brackets."""
    operands = [f"s{step[column]}" for column in _OPERANDS if step[column] is not None]
    return _IN_LOOP[step["operation"]].format(*operands)
