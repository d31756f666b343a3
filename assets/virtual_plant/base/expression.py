"""Arithmetic written in a plant file, evaluated over arrays.

Only numbers, names, ``+ - * / **``, comparisons are left out on purpose, and four functions:
``max``, ``min``, ``sqrt``, ``exp``. Anything else is refused when the plant is loaded.
"""

import ast
from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.base.randomness import Floats
from data_contracts.untrusted.limits import LONGEST_PLANT_EXPRESSION

_OPERATORS: dict[type[ast.operator], Callable[[Floats, Floats], Floats]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "max": lambda *values: reduce(np.maximum, values),
    "min": lambda *values: reduce(np.minimum, values),
    "sqrt": np.sqrt,
    "exp": np.exp,
}

_OF_MANY = ("max", "min")
LARGEST_NUMBER = 1e300


def names(expression: str, variable: str) -> set[str]:
    """The parents an expression reads.

    Args:
        expression: Arithmetic over variable names (``api.d90_um`` is one name).
        variable: Variable it defines, for the message.

    Returns:
        Names, without the functions.

    Raises:
        PlantError: The expression is not arithmetic this module knows.
    """
    found: set[str] = set()
    _walk(_parse(expression, variable), variable, found)
    return found


def evaluate(expression: str, variable: str, values: Mapping[str, Floats]) -> Floats:
    """The value of an expression.

    Args:
        expression: Arithmetic over variable names.
        variable: Variable it defines, for the message.
        values: Name to array; all of one shape.

    Returns:
        Array of that shape.

    Raises:
        PlantError: The expression is not arithmetic this module knows.
    """
    tree = _parse(expression, variable)
    _walk(tree, variable, set())
    return np.asarray(_value(tree, values), dtype=np.float64)


def _value(node: ast.expr, values: Mapping[str, Floats]) -> Floats:
    # no closure of evaluate: one that calls itself would keep all values until a collection
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](*[_value(argument, values) for argument in node.args])
    if isinstance(node, ast.Constant):
        return np.asarray(node.value, dtype=np.float64)
    return values[_name(node)]


def _parse(expression: str, variable: str) -> ast.expr:
    if len(expression) > LONGEST_PLANT_EXPRESSION:
        raise PlantError(
            f"variable {variable}: the expression '{expression[:60]} ...' has "
            f"{len(expression):,} characters, more than {LONGEST_PLANT_EXPRESSION:,}; split it "
            "into variables"
        )
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise PlantError(
            f"variable {variable}: expression '{expression}' is not arithmetic: {error}"
        ) from error


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_known(call: ast.Call) -> bool:
    name, given = _name(call.func), len(call.args)
    return (
        name in _FUNCTIONS
        and not call.keywords
        and (given == 1 or (given > 1 and name in _OF_MANY))
    )


def _is_number(node: ast.expr) -> bool:
    """Tell whether a node is a number that an array can hold."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float):
        return False
    return -LARGEST_NUMBER < node.value < LARGEST_NUMBER


def _walk(node: ast.expr, variable: str, found: set[str]) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _walk(node.left, variable, found)
        _walk(node.right, variable, found)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _walk(node.operand, variable, found)
    elif isinstance(node, ast.Call) and _is_known(node):
        for argument in node.args:
            _walk(argument, variable, found)
    elif _name(node):
        found.add(_name(node))
    elif not _is_number(node):
        raise PlantError(
            f"variable {variable}: '{ast.unparse(node)}' is not allowed in an expression; "
            "use numbers, names, + - * / **, max, min, sqrt, exp"
        )
