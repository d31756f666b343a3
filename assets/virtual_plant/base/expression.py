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
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise PlantError(
            f"variable {variable}: expression '{expression}' is not arithmetic: {error.msg}"
        ) from error


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _walk(node: ast.expr, variable: str, found: set[str]) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _walk(node.left, variable, found)
        _walk(node.right, variable, found)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _walk(node.operand, variable, found)
    elif isinstance(node, ast.Call) and _name(node.func) in _FUNCTIONS and not node.keywords:
        for argument in node.args:
            _walk(argument, variable, found)
    elif _name(node):
        found.add(_name(node))
    elif not (isinstance(node, ast.Constant) and isinstance(node.value, int | float)):
        raise PlantError(
            f"variable {variable}: '{ast.unparse(node)}' is not allowed in an expression; "
            "use numbers, names, + - * / **, max, min, sqrt, exp"
        )
