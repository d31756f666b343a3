"""The expression language: what it computes, and what it refuses."""

import polars as pl
import pytest

from data_contracts.errors import ProfileError
from data_contracts.expressions import columns_of, evaluate, with_columns_as

WHERE = "profile.yaml, line 3, derived.x"
FRAME = pl.DataFrame(
    {"main": [10.0, 6.0, None], "pre": [2.0, 0.0, 1.0], "a b": ["x", "y", "z"], "when": [1, 2, 3]}
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("main / pre", [5.0, None, None]),  # a division by zero is no measurement
        ("main - 2 * pre", [6.0, 6.0, None]),
        ("main < 8", [False, True, None]),
        ("coalesce(main, 0) + abs(-1)", [11.0, 7.0, 1.0]),
        ("CASE WHEN main > 8 THEN 1 ELSE 0 END", [1, 0, 0]),
        ("main BETWEEN 5 AND 7 AND \"a b\" = 'y'", [False, True, False]),
        ("\"a b\" IN ('x', 'sum(z)')", [True, False, False]),
        ("1", [1, 1, 1]),
    ],
)
def test_an_expression_is_evaluated_row_by_row(text: str, values: list[object]) -> None:
    assert evaluate(FRAME, text, WHERE).to_list() == values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sum(main)", "function 'sum' is not allowed"),
        ("lag(main)", "function 'lag' is not allowed"),
        ("ab(main)", "Did you mean 'abs'"),
        ("read_csv('/etc/passwd')", "function 'read_csv' is not allowed"),
        ("(SELECT 1)", "'SELECT' is not allowed"),
        ("main OVER ()", "'OVER' is not allowed"),
        ("main +", "cannot be read as one SQL expression"),
        ("main; DROP TABLE x", "cannot be read as one SQL expression"),
        ("*", "(several columns|cannot be read)"),
        ("mian / pre", "'mian', which does not exist; did you mean 'main'"),
        ('"a b" > 3', "does not fit its columns"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(
        ProfileError, match=rf"profile\.yaml, line 3, derived\.x.*{told}"
    ) as refusal:
        evaluate(FRAME, text, WHERE)
    assert refusal.value.exit_code == 2


def test_columns_are_named_once_in_order() -> None:
    assert columns_of('main / pre + "a b" + main', WHERE) == ("main", "pre", "a b")


def test_columns_can_be_written_differently_but_texts_stay() -> None:
    text = "fom = tbl_fill AND \"a b\" <> 'fom'"
    assert (
        with_columns_as(text, {"fom": "n(fom)", "a b": "t"}) == "n(fom) = tbl_fill AND t <> 'fom'"
    )
