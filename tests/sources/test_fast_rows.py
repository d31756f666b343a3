"""A sound CSV file is read fast; whatever is read fast is what the careful reader reads."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.sources.files.csv_rows import _read_carefully
from assets.sources.files.fast_rows import read_fast
from data_contracts.errors import SourceError
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.files import SourceFile, read_file

PATH = Path("delivered.csv")


def described(separator: str) -> SourceFile:
    values = {"path": PATH.name, "separator": separator}
    return read_file(Section(values, ("files", "x"), Path("p.yaml"), {}), "x")


def carefully(text: str, separator: str, wanted: list[str]) -> object:
    try:
        rows = _read_carefully(PATH, text, described(separator), wanted)
    except SourceError as error:
        return str(error)
    columns = {name: texts.to_list() for name, texts in rows.columns.items()}
    return rows.header, columns, rows.lines.to_list(), rows.misshapen


def fast(text: str, separator: str, wanted: list[str]) -> object:
    read = read_fast(text.encode(), separator, wanted)
    if read is None:
        return None
    header, columns, lines = read
    return header, {n: texts.to_list() for n, texts in columns.items()}, lines.to_list(), []


SOUND = [
    "a;b;c\n1;x;2\n2;y;3\n",
    "a;b;c\r\n1;x;2\r\n2;y;3\r\n",
    "a;b;c\n1;x;2\n2;;3",
    'a;b;c\n1;"x; y";2\n2;"say ""so""";""\n',
    '"a";"b";"c"\n"1";"2";"3"\n',
    "a;b;c\n;;\n 1 ;\t;2\n ; ;\t\n;;9\n",
    "a ; b;c\nž;😀;\u2028\n",
]
UNSOUND = [
    "a;b;c\n",
    "a;b;c\n\x1c;\x1d;\n",
    "a;b;c\n1;x\n",
    "a;b;c\n1;x;2;3\n",
    "a;b;c\n1;x;2;3\n1;2\n",
    'a;b;c\n1;"x\ny";2\n',
    'a;b;c\n1;"x"y;2\n',
    'a;b;c\n1;x"y;2\n',
    'a;b;c\n1; "x;y";2\n',
    'a;b;c\n1;"x;2\n',
    "a;b;c\n\n1;2;3\n",
    "a;b;c\r1;2;3\r",
    "\n;;\na;b;c\n1;2;3\n",
    "a;b;a\n1;2;3\n",
    "a;;c\n1;2;3\n",
    "a\n1\n\n2\n",
    "a;b;c\n1;" + "x" * 200_000 + ";2\n",
    "a;b;c\n1;\0;2\n",
]


@pytest.mark.parametrize("text", SOUND)
@pytest.mark.parametrize("wanted", [["a", "b", "c"], ["b"], []])
def test_sound_files_are_read_fast_and_alike(text: str, wanted: list[str]) -> None:
    assert fast(text, ";", wanted) == carefully(text, ";", wanted)


@pytest.mark.parametrize("text", UNSOUND, ids=range(len(UNSOUND)))
def test_the_careful_reader_judges_what_is_unsound(text: str) -> None:
    assert fast(text, ";", ["a", "b", "c"]) is None


signs = st.sampled_from(
    ['"', '""', ";", "\n", "\r\n", "\r", " ", "1", "x", "ž", '";"', ';"x"\n', ""]
)


@settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(signs, max_size=30), st.sampled_from(["a;b\n", "a;b;c\n", '"a";b;c\r\n', ""]))
def test_what_is_read_fast_is_what_the_careful_reader_reads(pieces: list[str], head: str) -> None:
    text = head + "".join(pieces)
    read = fast(text, ";", ["a", "b"])
    assert read is None or read == carefully(text, ";", ["a", "b"]), repr(text)
