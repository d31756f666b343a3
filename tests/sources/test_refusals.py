"""A source that is not what it claims to be is refused whole, with one clear error."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_contracts.errors import LotwiseError

from .conftest import SmallSource


def without_file(source: SmallSource) -> None:
    (source.data / "results.csv").unlink()


def with_other_separator(source: SmallSource) -> None:
    file = source.data / "batches.csv"
    file.write_text(file.read_text().replace(",", ";"))


def without_required_column(source: SmallSource) -> None:
    file = source.data / "results.csv"
    file.write_text(file.read_text().replace("batch_id", "lot", 1))


def with_empty_file(source: SmallSource) -> None:
    (source.data / "results.csv").write_bytes(b"")


def with_header_only(source: SmallSource) -> None:
    file = source.data / "batches.csv"
    file.write_text(file.read_text().splitlines()[0] + "\n")


def with_truncated_parquet(source: SmallSource) -> None:
    file = source.data / "historian" / "2024-01.parquet"
    file.write_bytes(file.read_bytes()[:-50])


def with_wrong_encoding(source: SmallSource) -> None:
    with (source.data / "results.csv").open("ab") as stream:
        stream.write("B001,6,čistost,99,%\n".encode("cp1250"))


def with_open_quote(source: SmallSource) -> None:
    with (source.data / "results.csv").open("a") as stream:
        stream.write('B001,6,"assay,99,%\n')


def with_column_twice(source: SmallSource) -> None:
    file = source.data / "results.csv"
    file.write_text(file.read_text().replace("unit", "value", 1))


def with_a_table_for_a_folder(source: SmallSource) -> None:
    source.data = source.data / "nowhere"


REFUSALS: list[tuple[Callable[[SmallSource], None], str]] = [
    (without_file, r"no file 'results\.csv'.*holds: batches\.csv"),
    (with_other_separator, r"batches\.csv: wrong separator.*semicolon"),
    (without_required_column, r"results\.csv: the column 'batch_id' is missing.*has: lot"),
    (with_empty_file, r"results\.csv is empty"),
    (with_header_only, r"delivers no batches"),
    (with_truncated_parquet, r"2024-01\.parquet is not a complete Parquet file"),
    (with_wrong_encoding, r"results\.csv, line 102: not text in utf-8"),
    (with_open_quote, r"results\.csv, line 102: not readable as CSV"),
    (with_column_twice, r"names 'value' more than once"),
    (with_a_table_for_a_folder, r"nowhere does not exist"),
]


@pytest.mark.parametrize(("spoil", "told"), REFUSALS, ids=[spoil.__name__ for spoil, _ in REFUSALS])
def test_the_source_is_refused_whole(
    small_source: SmallSource, spoil: Callable[[SmallSource], None], told: str
) -> None:
    small_source.deliver()
    spoil(small_source)
    with pytest.raises(LotwiseError, match=f"(?s){told}") as refusal:
        small_source.read()
    assert refusal.value.exit_code in {1, 2}


def test_a_profile_naming_a_column_that_does_not_exist(small_source: SmallSource) -> None:
    small_source.deliver()
    text = small_source.profile.read_text().replace("test, value", "tset, value")
    small_source.profile.write_text(text)
    with pytest.raises(LotwiseError, match=r"raw\.lab_results has no column 'tset'"):
        small_source.read()
    renamed = text.replace(
        "stage, tset, value, unit]", "stage, value, unit]\n    columns: {test: tst}"
    )
    small_source.profile.write_text(renamed)
    with pytest.raises(LotwiseError, match=r"column 'tst' is missing.*Did you mean 'test'"):
        small_source.read()


def test_broken_yaml_names_the_line(small_source: SmallSource, tmp_path: Path) -> None:
    small_source.deliver()
    small_source.profile.write_text("profile: x\nfiles:\n  a: {path: a.csv\ntables:\n")
    with pytest.raises(LotwiseError, match=r"small_plant\.yaml, line \d: this is not valid YAML"):
        small_source.read()
