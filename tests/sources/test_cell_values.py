"""How a target column is filled from delivered text."""

import polars as pl
import pytest

from assets.sources.mapping.cell_values import cell_values
from data_contracts.profile_schema.cells import Cell, Lookup

SLOVENIAN = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "avg", "sep", "okt", "nov", "dec")
FRAME = pl.DataFrame(
    {
        "lot": ["7", "8", "9"],
        "supplier": ["S1", "S2", None],
        "month": ["maj.19", "OKT.20", "xyz.20"],
        "day": ["03.02.2021 07:05", "31.02.2021 07:05", None],
        "local": ["2021-07-01 10:00:00", "2021-01-01 10:00:00", "soon"],
    }
)


def filled(**how: object) -> list[str | None]:
    cell = Cell(target="t", where="profile.yaml, line 1", **how)  # type: ignore[arg-type]
    other = pl.DataFrame({"key": ["8", "8", "7"], "campaign": [None, "C2", "C1"]})
    return cell_values(cell, FRAME, {"other": other}).to_list()


def test_columns_constants_and_rows() -> None:
    assert filled(column="lot") == ["7", "8", "9"]
    assert filled(constant="api") == ["api"] * 3
    assert filled(is_row_number=True) == ["1", "2", "3"]
    assert filled(column="absent", is_optional=True) == [None] * 3
    assert filled(column="supplier", values={"S1": "first"}) == ["first", "S2", None]


def test_expressions_keep_whole_numbers_whole() -> None:
    assert filled(expression="lot + 1") == ["8", "9", "10"]
    assert filled(expression="supplier || '-x'") == ["S1-x", "S2-x", None]


def test_a_lookup_takes_the_first_value_given() -> None:
    lookup = Lookup("other", "lot", "key")
    assert filled(column="campaign", lookup=lookup) == ["C1", "C2", None]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (
            {"column": "month", "format": "%b.%y", "months": SLOVENIAN},
            ["2019-05-01 00:00:00", "2020-10-01 00:00:00", "xyz.20"],
        ),
        (
            {"column": "day", "format": "%d.%m.%Y %H:%M"},
            ["2021-02-03 07:05:00", "31.02.2021 07:05", None],
        ),
        (
            {"column": "local", "timezone": "Europe/Ljubljana"},
            ["2021-07-01 08:00:00", "2021-01-01 09:00:00", "soon"],
        ),
    ],
)
def test_dates_become_utc_and_what_does_not_fit_stays(
    how: dict[str, object], expected: list[str | None]
) -> None:
    found = [None if text is None else text.removesuffix(".000000") for text in filled(**how)]
    assert found == expected
