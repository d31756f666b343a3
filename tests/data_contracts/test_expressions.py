"""The expression language: what it computes, and what it refuses."""

import polars as pl
import pytest

from data_contracts.errors import ProfileError
from data_contracts.expression_language.tree import Kind
from data_contracts.expressions import columns_of, evaluate, holds, sql_of

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


def test_columns_are_written_as_sql_where_they_are_read() -> None:
    columns: dict[str, tuple[Kind, str]] = {
        "fom": ("number", "n(fom)"),
        "tbl_fill": ("number", "f"),
        "a b": ("text", "t"),
    }
    text = "fom = tbl_fill AND \"a b\" <> 'fom'"
    assert sql_of(text, columns, WHERE) == "((n(fom) = f) AND (t <> 'fom'))"


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_a_blank_expression_is_refused(text: str) -> None:
    with pytest.raises(ProfileError, match="it is blank"):
        columns_of(text, WHERE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(7.25, 1)", 7.3),
        ("mod(-7, 2)", -1.0),
        ("-7 % 2", -1.0),
        ("cast(1.5 AS integer)", 2.0),
        ("log(1000)", 3.0),
        ("log(2, 8)", 3.0),
        ("cbrt(64)", 4.0),
        ("1 / 0", None),
        ("mod(1, 0)", None),
        ("sqrt(-1)", None),
        ("ln(0)", None),
        ("strpos(NULL, 'a')", None),
        ("strpos('žaba', 'b')", 3.0),
        ("coalesce(1 / 0, 5)", 5.0),
        ("7 / 2", 3.5),
        ("'B' || 7", "B7"),
        ("cast(0.00001 AS varchar)", "1e-5"),
        ("upper('straße')", "STRAßE"),
        ("'x' IN ('a', NULL)", None),
        ("NULL AND false", False),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("NOT 1 = 2 AND true", True),
        ("cast('1_000' AS double)", None),
    ],
)
def test_what_an_expression_means(text: str, value: object) -> None:
    assert evaluate(FRAME, text, WHERE).to_list() == [value] * 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("age_hours(timestamp '2024-03-02 06:00:00', timestamp '2024-03-01')", 30.0),
        ("age_days('2024-03-02 06:00', '2024-03-01T18:00')", 0.5),
        ("cast(add_hours('2024-02-28 23:30', 0.75) AS varchar)", "2024-02-29 00:15:00.000000"),
        ("cast(floor_to_day('2024-03-01 14:30') AS varchar)", "2024-03-01 00:00:00.000000"),
        ("cast(floor_to_shift('2024-03-01 05:59', 6, 8) AS varchar)", "2024-02-29 22:00:00.000000"),
        ("cast(floor_to_shift('2024-03-01 14:00', 6, 8) AS varchar)", "2024-03-01 14:00:00.000000"),
        ("instant('03.01.2024', '%d.%m.%Y') = timestamp '2024-01-03'", True),
        ("instant('2024-02-30')", None),
        (f"{'add_days(' * 4}'1000-01-01'{', -115000)' * 4}", None),  # before year 1
        ("add_hours('2024-01-01', 1e300)", None),
        ("timestamp '2024-01-01' < '2024-01-02'", True),
    ],
)
def test_instants_can_be_reckoned_with(text: str, value: object) -> None:
    assert evaluate(FRAME, text, WHERE).to_list() == [value] * 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("main + 'x'", r"\+ takes a number, found a text"),
        ("coalesce(main, 'x')", "takes a number with a text"),
        ("round(main, pre)", "argument 2 of round must be written out"),
        ("floor_to_shift('2024-01-01', 6, 7)", "hours that divide the day"),
        ("instant('2024', '%Y')", "with year, month and day"),
        ("substr('a')", "substr takes 2 to 3 arguments, found 1"),
        ("(" * 50 + "main" + ")" * 50, "nested more than"),
        ("main" + " + 1" * 500, "chains more than"),
        ("main = 1 OR " * 20_000 + "true", "is longer than"),
        ("CASE main END", "a CASE without WHEN"),
        ("main ~ 'x'", "cannot be read as one SQL expression"),
        ("5 main", "unexpected 'main'"),
    ],
)
def test_what_does_not_fit_is_said(text: str, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        evaluate(FRAME, text, WHERE)


def test_a_condition_is_true_false_or_a_number() -> None:
    assert holds(FRAME, "main", WHERE).to_list() == [True, True, None]
    with pytest.raises(ProfileError, match="is no condition"):
        holds(FRAME, '"a b"', WHERE)
