"""What the fuzzer draws: profiles that are nearly right, changes to bytes, and expressions."""

from typing import Any

import yaml
from hypothesis import strategies as st

from data_contracts.expression_language.functions import ALLOWED_FUNCTIONS
from tests.bad_inputs.ground import PROFILE

Change = tuple[float, int, bytes, int]

KEYS = """path format separator decimal encoding null_tokens missing derived ignored optional file
columns same_names constants unpivot distinct where values months timezone lookup aggregate rule
name title margins first_known_stage defined_by is_proxy stage unit reporting_limit spec_low
batch_id production_order disposition value test results batches extends data_dir assumptions"""
ODD_TEXTS = (
    "results.csv *.csv **/* a**b ../x utf-16 cp1250 %Y %d.%b%Q CET ; , . ,, nan .inf 1e400 ="
)
SIGNS = "+ - * / % < <= = <> AND OR || LIKE IS IN // :: BETWEEN ~ ^"
TERMS = """value|test|"value"|1|-2.5|0|'a'|''|NULL|true|1e400|nosuch|DATE '2024-01-01'|INTERVAL"""
MARKS = list("()[]{},.;'\"*@#$:?\\")
ODD_BYTES = [b",", b";", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"nan"]
ODD_BYTES += [b"1e400", b"0000-00-00", b"9999-12-31", b"-", b"<0.05", b"\xe2\x80\xae", b"=1+1"]
PLACES: list[tuple[str | int, ...]] = [
    ("profile",),
    ("files",),
    ("files", "results"),
    ("files", "results", "path"),
    ("tables",),
    ("tables", "batches"),
    ("tables", "lab_results"),
    ("tables", "lab_results", "same_names"),
    ("outcomes",),
    ("outcomes", 0),
    ("outcomes", 0, "rule"),
]


# --- expressions -----------------------------------------------------------------------------

_terms = st.one_of(
    st.sampled_from(TERMS.split("|")),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.text(max_size=6).map(lambda text: "'" + text.replace("'", "''") + "'"),
)
_functions = st.sampled_from(sorted(ALLOWED_FUNCTIONS))
_signs = st.sampled_from(SIGNS.split())
_tokens = st.one_of(_terms, _functions, _signs, st.sampled_from(MARKS))
_sentences = st.recursive(
    _terms,
    lambda inner: st.one_of(
        st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, _signs, inner),
        st.builds(lambda f, of: f"{f}({', '.join(of)})", _functions, st.lists(inner, max_size=4)),
        st.builds(lambda a, b, c: f"CASE WHEN {a} THEN {b} ELSE {c} END", inner, inner, inner),
        st.builds(
            lambda a, kind: f"cast({a} AS {kind})", inner, st.sampled_from(["TEXT", "DOUBLE"])
        ),
        st.builds(
            lambda a, kind: f"try_cast({a} AS {kind})", inner, st.sampled_from(["INT", "DATE"])
        ),
        st.builds(lambda a: f"NOT {a}", inner),
    ),
    max_leaves=10,
)
EXPRESSIONS: st.SearchStrategy[str] = st.one_of(
    st.text(max_size=40), st.lists(_tokens, max_size=12).map(" ".join), _sentences
)


# --- profiles --------------------------------------------------------------------------------

_keys = st.sampled_from(KEYS.split())
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    _keys,
    st.sampled_from(ODD_TEXTS.split()),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_keys, _scalars), inner, max_size=4)
    ),
    max_leaves=12,
)
_columns = st.sampled_from(["batch_id", "stage", "test", "value", "unit", "extra", "nosuch"])
_files = {
    "derived": st.dictionaries(st.sampled_from(["extra", "other"]), _sentences, max_size=2),
    "missing": st.lists(
        st.fixed_dictionaries(
            {
                "columns": st.lists(_columns, min_size=1, max_size=2),
                "reason": st.just("why"),
                "equals": st.one_of(st.integers(0, 120), st.text(max_size=4)),
            },
            optional={"when": _sentences},
        ),
        max_size=2,
    ),
    "null_tokens": st.lists(st.text(max_size=3), max_size=2),
    "separator": st.sampled_from([",", ",", ",", ";", "é"]),
    "decimal": st.sampled_from([".", ".", ".", ","]),
    "encoding": st.sampled_from(["utf-8", "ascii", "latin-1", "cp1250", "utf-7", "utf-16"]),
    "ignored": st.dictionaries(_columns, st.just("why"), max_size=2),
}
_sources = st.one_of(
    st.fixed_dictionaries({"column": _columns}),
    st.fixed_dictionaries({"constant": _scalars}),
    st.fixed_dictionaries({"expression": _sentences}),
    st.just({"row_number": True}),
)
_formats = st.one_of(st.sampled_from(["%Y", "%d.%m.%Y %H:%M", "%b"]), st.text(max_size=5))
_more = st.fixed_dictionaries(
    {},
    optional={
        "values": st.dictionaries(st.text(max_size=4), st.text(min_size=1, max_size=4), max_size=2),
        "format": _formats,
        "timezone": st.sampled_from(["UTC", "Europe/Ljubljana", "Etc/GMT+12"]),
        "lookup": st.fixed_dictionaries(
            {"file": st.sampled_from(["batches", "results"]), "own": st.just("batch_id")}
        ),
        "aggregate": st.sampled_from(["min", "max", "first", "sum", "mean", "count"]),
        "optional": st.booleans(),
    },
)
_cells = st.one_of(_columns, st.builds(lambda source, more: {**source, **more}, _sources, _more))
_mappings = {
    "columns": st.dictionaries(
        st.sampled_from(["stage", "test", "value", "unit", "resulted_at", "spec_low"]), _cells
    ),
    "constants": st.dictionaries(
        st.sampled_from(["stage", "test", "unit", "sampled_at"]), _scalars
    ),
    "unpivot": st.dictionaries(
        _columns, st.one_of(st.text(max_size=4), st.dictionaries(_keys, _scalars, max_size=3))
    ),
    "where": _sentences,
    "distinct": st.booleans(),
}


@st.composite
def profiles(draw: st.DrawFn) -> str:
    """Draw a profile with values replaced or added, or a text that is none."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.text(max_size=200))
    document = yaml.safe_load(PROFILE)
    if kind < 9:
        file, mapping = document["files"]["results"], document["tables"]["lab_results"]
        file |= draw(st.fixed_dictionaries({}, optional=_files))
        mapping |= draw(st.fixed_dictionaries({}, optional=_mappings))
        taken = {*mapping.get("columns", {}), *mapping.get("constants", {})}
        if mapping.get("unpivot"):
            taken |= {"test", "value"}
        mapping["same_names"] = [name for name in mapping["same_names"] if name not in taken]
        if draw(st.booleans()):
            document["outcomes"][0]["rule"] = draw(_sentences)
    else:
        _replace(document, draw(st.sampled_from(PLACES)), draw(_values))
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def _replace(document: Any, place: tuple[str | int, ...], value: Any) -> None:
    for part in place[:-1]:
        document = document[part]
    document[place[-1]] = value


# --- bytes -----------------------------------------------------------------------------------


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Draw changes to a file: where (share of its length), bytes taken, bytes put, how often."""
    one = st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 0, 1, 1, 2, 4, 40]),
        st.one_of(st.binary(min_size=1, max_size=6), st.sampled_from(ODD_BYTES)),
        st.sampled_from([1, 1, 1, 60]),
    )
    return draw(st.lists(one, min_size=1, max_size=6))


def changed(data: bytes, drawn: list[Change]) -> bytes:
    """Return bytes with changes made."""
    for share, taken, put, times in drawn:
        place = int(share * len(data))
        data = data[:place] + put * times + data[place + taken :]
    return data
