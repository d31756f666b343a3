"""Generated expressions of every operation, and rows of values to evaluate them on."""

import datetime as dt
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import strategies as st

from data_contracts.expression_language.functions import ALLOWED_FUNCTIONS

SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("n", "m"), pl.Float64),
    **dict.fromkeys(("s", "t"), pl.String),
    "at": pl.Datetime("us"),
    "since": pl.Datetime("us"),
    "yes": pl.Boolean,
}
NAMES = {
    "number": ["n", "m"],
    "text": ["s", "t"],
    "instant": ["at", "since"],
    "truth": ["yes"],
}
TEXTS = ["", " ", "a", "B1", "ab", "AB ab", "Äö ß Σ", "7", "-1.50", "1e5", " 3 ", "1_0", "yes", "0"]
TEXTS += [
    "2024-02-29",
    "2023-02-29",
    "2024-03-01 14:30",
    "2024-03-01T14:30:15.25",
    "x%_.y",
    "é\u0301",
]
NUMBERS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.5,
    -2.5,
    7.25,
    0.1,
    1e-5,
    1e-7,
    3e15,
    1e16,
    1e300,
    -1e300,
    5e-324,
]
UNITS = ["seconds", "minutes", "hours", "days"]


def written_number(number: float) -> str:
    return f"({number!r})" if number < 0 else repr(number)


def written_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


numbers = (
    st.sampled_from(NUMBERS)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-50, 50).map(float)
)
letters = st.sampled_from("abAB1 .%_'\"ÄßΣσıİžŽ\t\u00a0-é😀")
texts = st.sampled_from(TEXTS) | st.text(letters, max_size=8)
instants = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2060, 1, 1))  # noqa: DTZ001
VALUES = {"number": numbers, "text": texts, "instant": instants, "truth": st.booleans()}
rows = st.lists(
    st.tuples(*(st.none() | VALUES[kind] for kind, names in NAMES.items() for _ in names)),
    min_size=1,
    max_size=5,
)


def frame(values: list[tuple[object, ...]]) -> pl.DataFrame:
    names = [name for names in NAMES.values() for name in names]
    data = {name: [row[place] for row in values] for place, name in enumerate(names)}
    return pl.DataFrame(data, schema={name: SCHEMA[name] for name in names})


def _calls(name: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda given: f"{name}({', '.join(given)})")


def _signs(signs: list[str], part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(part, st.sampled_from(signs), part).map(
        lambda given: "(" + " ".join(given) + ")"
    )


def _filled(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda given: form.format(*given))


def _later(kind: str, depth: int) -> st.SearchStrategy[str]:
    def made() -> st.SearchStrategy[str]:
        return expressions(kind, depth)

    return st.deferred(made)


def expressions(kind: str, depth: int = 2) -> st.SearchStrategy[str]:
    """Texts of expressions of one kind."""
    column = st.sampled_from(NAMES[kind])
    literal = {
        "number": numbers.map(written_number),
        "text": texts.map(written_text),
        "instant": instants.map(lambda at: f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"),
        "truth": st.sampled_from(["true", "false"]),
    }[kind]
    if depth == 0:
        return column | literal
    of = {name: _later(name, depth - 1) for name in NAMES}
    n, s, i, b, same = of["number"], of["text"], of["instant"], of["truth"], of[kind]
    listed = st.lists(same, min_size=1, max_size=3).map(", ".join)
    every = [
        column,
        literal,
        _filled("CASE WHEN {} THEN {} ELSE {} END", b, same, same),
        _filled("CASE WHEN {} THEN {} END", b, same),
        _filled("if({}, {}, {})", b, same, same),
        _filled("coalesce({})", listed),
        _filled("ifnull({}, {})", same, same),
        _filled("nullif({}, {})", same, same),
    ]
    sign = texts.filter(bool).map(written_text)
    if kind == "number":
        every += [
            _signs(["+", "-", "*", "/", "%"], n),
            *(_calls(name, n) for name in ("abs", "ceil", "ceiling", "floor", "sign", "sqrt")),
            *(_calls(name, n) for name in ("cbrt", "exp", "ln", "log", "log2", "log10", "round")),
            *(_calls(name, n, n) for name in ("pow", "power", "mod", "log")),
            _calls("round", n, st.integers(0, 15).map(str)),
            st.just("pi()"),
            _filled("(-{})", n),
            _filled("greatest({})", listed),
            _filled("least({})", listed),
            _calls("length", s),
            _calls("strpos", s, sign),
            _filled("cast({} AS {})", n | s | b, st.sampled_from(["double", "integer", "bigint"])),
            _filled("{}::double", s.map(lambda text: f"({text})")),
            *(_calls(f"age_{unit}", i, i) for unit in UNITS),
        ]
    elif kind == "text":
        count = st.integers(-2, 6).map(lambda c: f"({c})") | n
        every += [
            _signs(["||"], s | n | b | i),
            *(_calls(name, s | n) for name in ("lower", "upper", "trim", "ltrim", "rtrim")),
            *(_calls(name, s, texts.map(written_text)) for name in ("trim", "ltrim", "rtrim")),
            _filled("concat({})", st.lists(s | n, min_size=1, max_size=3).map(", ".join)),
            _filled(
                "concat_ws({}, {})",
                texts.map(written_text),
                st.lists(s, min_size=1, max_size=3).map(", ".join),
            ),
            *(_calls(name, s, count) for name in ("left", "right", "substr")),
            _calls("substr", s, count, count),
            _calls("replace", s, sign, texts.map(written_text)),
            _filled("try_cast({} AS varchar)", n | s | b | i),
        ]
    elif kind == "truth":
        pattern = st.text(st.sampled_from("aAB1%_.ÄäΣ"), max_size=4).map(written_text)
        compared = st.sampled_from(["number", "text", "instant"])
        every += [
            *(
                _signs(["=", "<>", "!=", "<", "<=", ">", ">="], of[name])
                for name in ("number", "text", "instant")
            ),
            _signs(["AND", "OR"], b),
            _filled("(NOT {})", b),
            _filled("({} IS NULL)", n | s | i | b),
            _filled("({} IS NOT NULL)", n | s | i | b),
            _filled("({} IS NOT TRUE)", b),
            compared.flatmap(
                lambda name: _filled("({} IN ({}, {}))", of[name], of[name], of[name])
            ),
            _filled("({} IN ({}, NULL))", s, s),
            _filled("({} NOT BETWEEN {} AND {})", n, n, n),
            _filled("({} LIKE {})", s, pattern),
            _filled("({} NOT ILIKE {})", s, pattern),
            _calls("starts_with", s, s),
            _calls("ends_with", s, s),
            _filled("cast({} AS boolean)", n | s | b),
        ]
    else:
        every += [
            *(_calls(f"add_{unit}", i, n) for unit in UNITS),
            _calls("floor_to_day", i | s),
            _calls(
                "floor_to_shift",
                i,
                st.sampled_from(["0", "6", "5.5"]),
                st.sampled_from(["8", "12", "6"]),
            ),
            _calls("instant", s),
            _calls(
                "instant",
                s,
                st.sampled_from(["'%d.%m.%Y'", "'%Y-%m-%d %H:%M'", "'%Y-%m-%d %H:%M:%S'"]),
            ),
            _filled("cast({} AS {})", s | i, st.sampled_from(["timestamp", "date"])),
        ]
    return st.one_of(every)


def function_names(text: str) -> set[str]:
    """The functions an expression calls."""
    words = text.lower().replace("(", " ( ").split()
    return {a for a, b in pairwise(words) if b == "("} & ALLOWED_FUNCTIONS


EVERY_FUNCTION = (
    *("abs(n)", "ceil(n)", "ceiling(n)", "floor(n)", "round(n)", "round(n, 2)", "sign(n)"),
    *("sqrt(n)", "cbrt(n)", "exp(n)", "ln(n)", "log(n)", "log(m, n)", "log2(n)", "log10(n)"),
    *(
        "pow(n, m)",
        "power(n, 2)",
        "pow(n, 3)",
        "pow(abs(n), 0.5)",
        "pow(n, -1)",
        "pow(1e-7, 3.0)",
        "pow(n * 1.1, 3.0)",
        "n * 1.1 / 3",
        "n * 1.7 / m",
        "mod(n, m)",
        "n % m",
        "pi() * n",
        "n / m",
        "-n + m - 1 * n",
    ),
    *("greatest(n, m, 1)", "least(n, m)", "coalesce(n, m)", "nullif(n, m)", "ifnull(s, t)"),
    *("if(yes, n, m)", "lower(s)", "upper(s)", "length(s)", "concat(s, n, t)", "s || t"),
    *("concat_ws('-', s, t)", "left(s, 2)", "right(s, n)", "replace(s, 'a', 'bb')"),
    *("substr(s, 2)", "substr(s, n, m)", "trim(s)", "ltrim(s, 'aA ')", "rtrim(s)"),
    *("starts_with(s, t)", "ends_with(s, t)", "strpos(s, 'B')", "instant(s)"),
    *("instant(s, '%Y-%m-%d %H:%M')", "age_seconds(at, since)", "age_minutes(at, s)"),
    *("age_hours(at, since)", "age_days(at, since)", "add_seconds(at, n)", "add_minutes(at, n)"),
    *(
        "add_days(add_days(at, 110000 * sign(n)), 115000)",
        "add_hours(at, m)",
        "add_days(since, n)",
        "floor_to_day(at)",
        "floor_to_shift(at, 6, 8)",
    ),
    *("cast(n AS integer)", "cast(s AS double)", "try_cast(n AS varchar)", "cast(s AS boolean)"),
    *("cast(at AS varchar)", "cast(at AS date)", "n IN (1, m, NULL)", "n NOT BETWEEN m AND 3"),
    *("s LIKE 'A%_'", "s NOT ILIKE 'ä%'", "yes IS NOT TRUE", "yes AND n > m OR NOT yes"),
    *("CASE WHEN yes THEN s ELSE t END", "CASE s WHEN 'a' THEN 1 WHEN t THEN 2 END"),
)


def fixed_rows() -> pl.DataFrame:
    """Every text beside every number, nulls among them."""
    many = len(TEXTS) * len(NUMBERS)
    day = dt.datetime.fromisoformat("2024-02-28 23:59:59.5")
    return frame(
        [
            (
                [None, *NUMBERS][row % 16],
                [*NUMBERS, None][row // 7 % 16],
                [None, *TEXTS][row % (len(TEXTS) + 1)],
                [*TEXTS, None][row // 3 % (len(TEXTS) + 1)],
                None if row % 11 == 0 else day + dt.timedelta(hours=7.3 * row),
                None if row % 13 == 0 else day - dt.timedelta(seconds=row**2),
                [True, False, None][row % 3],
            )
            for row in range(many)
        ]
    )
