"""Delivered CSV files and folders that are not what anybody exports."""

import os
from collections.abc import Callable

from tests.bad_inputs.ground import RUN, BadInput, Ground

Spoil = Callable[[Ground], object]
RESULTS = r"results\.csv"


def results(content: bytes | str) -> Spoil:
    """Replace the results."""
    octets = content.encode() if isinstance(content, str) else content
    return lambda ground: ground.results.write_bytes(octets)


def more(content: bytes | str) -> Spoil:
    """Add to the results."""
    octets = content.encode() if isinstance(content, str) else content

    def spoil(ground: Ground) -> None:
        with ground.results.open("ab") as file:
            file.write(octets)

    return spoil


def recoded(encoding: str, *, mark: bytes = b"") -> Spoil:
    def spoil(ground: Ground) -> None:
        ground.results.write_bytes(mark + ground.results.read_text().encode(encoding))

    return spoil


def head(line: str) -> Spoil:
    """Replace the header of the results."""

    def spoil(ground: Ground) -> None:
        rows = ground.results.read_text().splitlines()
        ground.results.write_text("\n".join([line, *rows[1:]]) + "\n")

    return spoil


def sparse(size: int) -> Spoil:
    """Let the results be as long as this, of zeros nobody wrote."""

    def spoil(ground: Ground) -> None:
        with ground.results.open("r+b") as file:
            file.truncate(size)

    return spoil


def results_are(make: Callable[[Ground], object]) -> Spoil:
    """Put something else where the results should be."""

    def spoil(ground: Ground) -> None:
        ground.results.unlink()
        make(ground)

    return spoil


def linked_outside(ground: Ground) -> None:
    """The results are a link to a file beside the data folder."""
    outside = ground.folder / "secret.csv"
    ground.results.rename(outside)
    ground.results.symlink_to(outside)


def folder_linked_outside(ground: Ground) -> None:
    """The results lie in a folder that is a link out of the data folder."""
    outside = ground.folder / "elsewhere"
    outside.mkdir()
    ground.results.rename(outside / "results.csv")
    (ground.data / "lims").symlink_to(outside)
    ground.swap("path: results.csv", "path: lims/results.csv")


def folder_in_a_circle(ground: Ground) -> None:
    (ground.data / "again").symlink_to(ground.data)
    ground.swap("path: results.csv", "path: again/again/again/again/nobody.csv")


def many_files(ground: Ground) -> None:
    """The right file is missing among very many others."""
    ground.results.unlink()
    for folder in range(40):
        (ground.data / f"f{folder}").mkdir()
        for number in range(1_000):
            (ground.data / f"f{folder}" / f"{number}.csv").touch()


def same_batches_in_two_files(ground: Ground) -> None:
    ground.swap("path: batches.csv", "path: batches*.csv")
    second = ground.batches.read_text().replace("released", "rejected")
    (ground.data / "batches_2.csv").write_text(second)


def claimed_twice(ground: Ground) -> None:
    """One file, two entries, one table."""
    ground.swap(
        "  results: {path: results.csv}",
        "  results: {path: results.csv}\n  again: {path: 'res*.csv'}",
    )
    ground.swap(
        "  lab_results:\n    file: results\n    same_names: [batch_id, stage, test, value, unit]\n",
        "  lab_results:\n"
        "    - file: results\n"
        "      same_names: [batch_id, stage, test, value, unit]\n"
        "    - file: again\n"
        "      same_names: [batch_id, stage, test, value, unit]\n",
    )


def in_the_data(place: str) -> tuple[str, ...]:
    """A check with another data folder."""
    return ("check", "--source", "{profile}", "--data", place)


def batches_dated(text: str) -> Spoil:
    """Date five of the hundred batches at an absurd instant."""

    def spoil(ground: Ground) -> None:
        rows = ground.batches.read_text().splitlines()
        for n in range(1, 6):
            cells = rows[n].split(",")
            cells[3] = text
            rows[n] = ",".join(cells)
        ground.batches.write_text("\n".join(rows) + "\n")

    return spoil


def years_beyond(ground: Ground) -> None:
    """Date batches by a format that reads years no calendar has."""
    batches_dated("262142-03-01")(ground)
    ground.swap(
        "same_names: [batch_id, production_order, product, started_at, disposition]",
        "same_names: [batch_id, production_order, product, disposition]\n"
        "    columns: {started_at: {column: started_at, format: '%Y-%m-%d'}}",
    )


WIDE = ",".join(f"c{n}" for n in range(1_000_000))

CASES = [
    BadInput("csv_header_of_a_million_columns", results(WIDE + "\n"), RESULTS),
    BadInput("csv_header_of_a_million_commas", results("," * 1_000_000 + "\n1\n"), RESULTS),
    BadInput(
        "csv_million_columns_with_the_right_ones",
        head("batch_id,stage,test,value,unit," + WIDE),
        RESULTS,
    ),
    BadInput("csv_line_of_10_mb", more("B001,6,x," + "9" * 10_000_000 + ",%\n"), RESULTS),
    BadInput("csv_line_of_10_mb_without_end", results("a" * 10_000_000), RESULTS),
    BadInput("csv_row_of_10_million_cells", more("B001," * 2_000_000 + "\n"), RESULTS),
    BadInput("csv_of_10_gb_of_nothing", sparse(10 << 30), RESULTS),
    BadInput("csv_of_500_mb_of_zeros", sparse(500 << 20), RESULTS),
    BadInput("csv_of_60_million_empty_lines", more(b"\n" * 60_000_000), RESULTS),
    BadInput("csv_of_40_million_cells", more(b"1,1,1,1,1\n" * 8_000_000), RESULTS),
    BadInput("csv_with_nul_bytes", more(b"B001,6,a\x00b,1,%\n" * 5), RESULTS),
    BadInput("csv_header_with_a_nul", head("batch_id,stage,te\x00st,value,unit"), RESULTS),
    BadInput("csv_in_utf_16_with_mark", recoded("utf-16"), RESULTS + ".*utf-8"),
    BadInput("csv_in_utf_16_without_mark", recoded("utf-16-le"), RESULTS),
    BadInput("csv_in_utf_32", recoded("utf-32"), RESULTS),
    BadInput("csv_in_latin_1", more("B001,6,t\xe9st,1,%\n".encode("latin-1")), "line 102"),
    BadInput("csv_in_two_encodings", more("B001,6,té,1,%\n".encode() + b"B2,6,t\xe9,1,%\n"), "103"),
    BadInput("csv_with_a_quote_never_closed", more('B001,6,"assay,99,%\n'), "line 102"),
    BadInput("csv_with_text_after_a_quote", more('B001,6,"assay"x,99,%\n'), "line 102"),
    BadInput(
        "csv_all_rows_ragged", results("batch_id,stage,test,value,unit\n" + "B1,6\n" * 50), RESULTS
    ),
    BadInput("csv_of_pages_instead_of_rows", results("<html><body>Sign in</body></html>"), RESULTS),
    BadInput("csv_that_is_a_workbook", results(b"PK\x03\x04" + bytes(range(256)) * 20), RESULTS),
    BadInput("csv_that_is_packed", results(b"\x1f\x8b\x08" + bytes(range(256)) * 20), RESULTS),
    BadInput("csv_column_named_twice", head("batch_id,stage,test,value,value"), "more than once"),
    BadInput("csv_header_of_blanks", head(" , , , , "), RESULTS),
    BadInput("csv_blank_header_names", head("batch_id,stage,test,,"), RESULTS),
    BadInput(
        "csv_only_a_header",
        lambda ground: ground.batches.write_text(
            "batch_id,production_order,product,started_at,disposition\n"
        ),
        "no batches",
    ),
    BadInput("csv_empty", results(""), "empty"),
    BadInput("csv_of_blanks", results(" \n\t\n  \n"), "empty"),
    BadInput("csv_of_a_byte_order_mark", results(b"\xef\xbb\xbf"), "empty"),
    BadInput("csv_header_in_one_quote", head('"batch_id,stage,test,value,unit"'), RESULTS),
    BadInput(
        "csv_header_with_escapes", head("\x1b[31mbatch_id,stage,test,value,unit\u202e"), RESULTS
    ),
    BadInput(
        "csv_separated_by_invisible_marks", head("batch_id\u200b,stage,test,value,unit"), RESULTS
    ),
    BadInput("batches_of_the_year_0", batches_dated("0000-00-00 00:00:00"), "0000-00-00"),
    BadInput("batches_of_the_year_9999", batches_dated("9999-12-31 23:59:59"), "9999-12-31"),
    BadInput("batches_of_the_year_2202", batches_dated("2202-03-01 08:00:00"), "2202-03-01"),
    BadInput("batches_of_the_year_1", batches_dated("0001-01-01 00:00:00"), "0001-01-01"),
    BadInput("batches_of_the_year_262143", batches_dated("+262143-01-01 00:00:00"), "262143"),
    BadInput("batches_dated_past_every_epoch", batches_dated("9" * 25), "999999"),
    BadInput(
        "batches_of_years_beyond_the_calendar",
        years_beyond,
        "262142",
    ),
    BadInput(
        "orders_without_end",
        lambda ground: ground.batches.write_text(
            ground.batches.read_text().replace(",P1,", "e400,P1,")
        ),
        "production_order",
    ),
    BadInput(
        "orders_that_are_no_number",
        lambda ground: ground.batches.write_text(
            ground.batches.read_text().replace(",P1,", "nan,P1,")
        ),
        "production_order",
    ),
    BadInput("results_missing", lambda ground: ground.results.unlink(), "no file"),
    BadInput("results_are_a_folder", results_are(lambda g: g.results.mkdir()), "no file|folder"),
    BadInput("results_are_a_pipe", results_are(lambda g: os.mkfifo(g.results)), "no file|pipe"),
    BadInput(
        "results_are_an_endless_device",
        results_are(lambda g: g.results.symlink_to("/dev/zero")),
        "no file|device|outside",
    ),
    BadInput(
        "results_are_a_link_to_nothing",
        results_are(lambda g: g.results.symlink_to(g.folder / "gone")),
        "no file|link",
    ),
    BadInput(
        "results_are_a_link_to_itself",
        results_are(lambda g: g.results.symlink_to(g.results)),
        "no file|link",
    ),
    BadInput("results_are_a_link_out_of_the_folder", linked_outside, "outside"),
    BadInput("results_lie_in_a_link_out_of_the_folder", folder_linked_outside, "outside"),
    BadInput("results_lie_in_a_circle_of_links", folder_in_a_circle, "no file"),
    BadInput("results_missing_among_40_000_files", many_files, "no file"),
    BadInput("same_batches_in_two_files", same_batches_in_two_files, r"batches_2\.csv"),
    BadInput("one_file_claimed_twice", claimed_twice, r"lab_results\s+200\s+100\s+100", codes=(0,)),
    BadInput("data_folder_missing", lambda _: None, "does not exist", in_the_data("{data}/no")),
    BadInput("data_folder_is_a_file", lambda _: None, "batches", in_the_data("{data}/batches.csv")),
    BadInput(
        "data_folder_is_empty",
        lambda g: (g.folder / "x").mkdir(),
        "nothing",
        in_the_data("{folder}/x"),
    ),
    BadInput("data_folder_is_everything", lambda _: None, "no file", in_the_data("/")),
    BadInput(
        "data_folder_of_10_000_letters",
        lambda _: None,
        "folder",
        in_the_data("{folder}/" + "a" * 10_000),
    ),
    BadInput(
        "data_folder_in_a_circle",
        lambda g: (g.folder / "x").symlink_to(g.folder / "x"),
        "x",
        in_the_data("{folder}/x"),
    ),
    BadInput("data_folder_is_a_device", lambda _: None, "null", in_the_data("/dev/null")),
    BadInput("too_many_refused_in_a_run", batches_dated("yesterday"), "batches", RUN),
]
