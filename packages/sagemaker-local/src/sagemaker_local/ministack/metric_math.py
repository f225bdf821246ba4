"""The arithmetic that alarms do with metrics, for one period: `100 * errors / IF(calls > 0, calls, 1)`. Pure.

Numbers, names, `+ - * / ^`, comparisons, `AND`, `OR` and the functions below. A name without data has the value None,
and so has whatever is computed of it, except by FILL.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence

Value = float | None
_TWO: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_MANY: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
    "AVG": lambda values: sum(values) / len(values),
}


class ExpressionError(ValueError):
    """An expression that cannot be evaluated here."""


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The value of an expression, or None where data are missing.

    Raises
    ------
    ExpressionError
        When it is no expression, or uses something that is not known here.
    """
    text = expression.replace("^", "**").replace("||", " or ").replace("&&", " and ")
    text = re.sub(r"\b(AND|OR)\b", lambda found: found[1].lower(), text)
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, values)
    except (SyntaxError, KeyError, TypeError, ZeroDivisionError) as error:
        msg = f"the expression {expression!r} cannot be evaluated: {error}"
        raise ExpressionError(msg) from error


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, values)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        return _two(node.op, _value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _two(node.ops[0], _value(node.left, values), _value(node.comparators[0], values))
    if isinstance(node, ast.BoolOp):
        parts = [_value(each, values) for each in node.values]
        truths = [bool(part) for part in parts]
        return None if None in parts else float(all(truths) if isinstance(node.op, ast.And) else any(truths))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node.func.id, node.args, values)
    raise TypeError(ast.unparse(node))


def _two(kind: ast.AST, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    if isinstance(kind, ast.Div):
        return None if right == 0 else left / right  # CloudWatch has no data point there
    return float(_TWO[type(kind)](left, right))


def _call(name: str, arguments: Sequence[ast.expr], values: Mapping[str, Value]) -> Value:
    if name == "IF":
        test = _value(arguments[0], values)
        if test is None:
            return None
        chosen = arguments[1:2] if test else arguments[2:3]
        return _value(chosen[0], values) if chosen else None
    if name == "FILL":
        found = _value(arguments[0], values)
        return _value(arguments[1], values) if found is None else found
    if name in _MANY:
        nodes = arguments[0].elts if len(arguments) == 1 and isinstance(arguments[0], ast.List) else arguments
        if [ast.unparse(node) for node in nodes] == ["METRICS()"]:
            found_values = list(values.values())
        else:
            found_values = [_value(node, values) for node in nodes]
        real = [value for value in found_values if value is not None]
        return float(_MANY[name](real)) if real else None
    raise KeyError(name)
