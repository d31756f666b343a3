"""What changed between deliveries: batches, columns, units and words that come or go.

A delivery is compared with all that earlier runs took in. Most changes are right and are told; a
unit that changes while older records stay in the old one is refused.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from fnmatch import fnmatch
from itertools import chain

import polars as pl

from assets.sources.earlier_delivery import LEVEL_OF, VOCABULARY, EarlierDelivery
from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.prospects.unit_findings import quantity_units
from assets.sources.reporting.source_findings import SHOWN, SourceFinding
from data_contracts.measurement_units import same_unit
from data_contracts.profile_schema.files import SourceFile

MOST_WORDS = 500  # more are no vocabulary, but names or free text
ALIKE = 0.6  # of two names, before one is taken for the other renamed


def change_findings(
    source: JudgedSource, inputs: pl.DataFrame, earlier: EarlierDelivery
) -> Iterator[SourceFinding]:
    """Compare a delivery with those before it.

    Args:
        source: What is delivered now.
        inputs: Its files, in the columns of ``evidence.inputs``.
        earlier: What was delivered before.

    Yields:
        Batches that vanished, columns that are new, gone or renamed, changed units (an error where
        earlier records keep the old one), new words in a vocabulary.
    """
    yield from _vanished(source, inputs, earlier)
    for described in source.profile.files.values():
        yield from _columns(source, described, inputs, earlier)
    yield from _units(source, inputs, earlier)
    yield from _words(source, earlier)


def _vanished(
    source: JudgedSource, inputs: pl.DataFrame, earlier: EarlierDelivery
) -> Iterator[SourceFinding]:
    """Batches of a file delivered again that the file has no more."""
    admission = source.admissions["raw.batches"]
    redelivered = earlier.batches.filter(pl.col("source_file").is_in(inputs["file"].implode()))
    gone = redelivered.join(admission.accepted, on="batch_id", how="anti")
    if gone.is_empty():
        return
    first = gone.row(0, named=True)
    yield SourceFinding(
        "batches_vanished",
        is_error=False,
        problem=f"{gone.height} of {redelivered.height} batches delivered before are missing from "
        "this delivery of the same file; they stay as they were delivered last",
        file=first["source_file"],
        column=source.delivered_column("batches", "batch_id"),
        value=first["batch_id"],
        count=gone.height,
    )


def _columns(
    source: JudgedSource, described: SourceFile, inputs: pl.DataFrame, earlier: EarlierDelivery
) -> Iterator[SourceFinding]:
    before, now = (
        list(dict.fromkeys(described.known_names(_delivered_columns(each, described.pattern))))
        for each in (earlier.inputs, inputs)
    )
    if not before or not now:
        return
    new = [name for name in now if name not in before]
    gone = [name for name in before if name not in now]
    for name in list(new):
        old = _renamed(name, gone, (before.index, now.index), len(new) == len(gone) == 1)
        if old is not None:
            new.remove(name)
            gone.remove(old)
            yield _column_finding(
                described,
                "column_renamed",
                name,
                f"this column is new and '{old}' of earlier deliveries is gone; if it was renamed, "
                f"say 'renamed: {{{name}: {old}}}' at {described.where}",
            )
    read = {*source.profile.frame_columns(described.name)}
    read |= set(source.profile.read_columns(described.name))
    for name in new:
        use = "the profile reads it" if name in read else "nobody reads it"
        problem = f"this column was in no earlier delivery; {use}"
        yield _column_finding(described, "column_new", name, problem)
    for name in gone:
        use = "the profile reads it where it is there" if name in read else "nobody read it"
        problem = f"this column of earlier deliveries is not delivered any more; {use}"
        yield _column_finding(described, "column_gone", name, problem)


def _renamed(
    name: str, gone: Sequence[str], places: tuple[Callable[[str], int], ...], is_only: bool
) -> str | None:
    """The column that stood in its place, or whose name is alike."""
    near = get_close_matches(name, gone, n=1, cutoff=ALIKE)
    if near:
        return near[0]
    before, now = places
    if is_only and before(gone[0]) == now(name):
        return gone[0]
    plain = {old: SequenceMatcher(None, old.lower(), name.lower()).ratio() for old in gone}
    best = max(plain, key=lambda old: plain[old], default=None)
    return best if best is not None and plain[best] >= ALIKE else None


def _column_finding(described: SourceFile, code: str, name: str, problem: str) -> SourceFinding:
    return SourceFinding(code, False, problem, file=described.pattern, column=name)


def _delivered_columns(inputs: pl.DataFrame, pattern: str) -> list[str]:
    """The columns of all files of a pattern, in the order delivered; empty where not kept."""
    if "columns" not in inputs.columns:
        return []
    own = [
        json.loads(columns)
        for file, columns in inputs.select("file", "columns").iter_rows()
        if columns is not None and (file == pattern or fnmatch(file, pattern))
    ]
    return list(dict.fromkeys(chain.from_iterable(own)))


def _units(
    source: JudgedSource, inputs: pl.DataFrame, earlier: EarlierDelivery
) -> Iterator[SourceFinding]:
    """Quantities in a unit that no earlier record of them is in."""
    spelt = {unit: same_unit(unit) for unit in earlier.units["unit"].unique()}
    before = earlier.units.with_columns(
        symbol=pl.col("unit").replace_strict(spelt, default=None, return_dtype=pl.String)
    )
    delivered = set(inputs["file"])
    for row in quantity_units(source).drop_nulls("unit").iter_rows(named=True):
        own = before.filter(table_name=row["table"], quantity=row["earlier_name"])
        if own.is_empty() or row["symbol"] in own["symbol"]:
            continue
        stays = not set(own["source_file"]) <= delivered
        old = own["unit"][0]
        why = (
            "records of earlier files keep the old one, so that one quantity would have two; "
            f"say 'units: {{{row['name']}: {old}}}' to have the new ones converted"
            if stays
            else "all files with the old one are delivered again"
        )
        yield SourceFinding(
            "unit_changed",
            is_error=stays,
            problem=f"'{row['name']}' was in {old} in earlier deliveries; {why}",
            file=row["source_file"],
            line=row["source_row"],
            column=source.delivered_column(row["table"].removeprefix("raw."), "unit"),
            value=row["unit"],
            count=row["records"],
        )


def _words(source: JudgedSource, earlier: EarlierDelivery) -> Iterator[SourceFinding]:
    for table, columns in VOCABULARY.items():
        for column in columns:
            frame = source.admissions[table].accepted
            given = frame.select("source_file", "source_row", word=column)
            place = source.delivered_column(table.removeprefix("raw."), column)
            yield from _new_words(earlier, (table, column), given, place)
    parameters = source.accepted("parameters").drop_nulls("level")
    for name, own in parameters.group_by("parameter", maintain_order=True):
        given = own.select("source_file", "source_row", word="level")
        place = source.delivered_quantity("parameters", str(name[0]))
        yield from _new_words(earlier, ("raw.parameters", f"{LEVEL_OF}{name[0]}"), given, place)


def _new_words(
    earlier: EarlierDelivery, kind: tuple[str, str], given: pl.DataFrame, place: str
) -> Iterator[SourceFinding]:
    table, column = kind
    known = earlier.texts.filter(table_name=table, column_name=column)["value"]
    if known.is_empty() or known.len() > MOST_WORDS:
        return
    new = given.drop_nulls("word").filter(~pl.col("word").is_in(known.implode()))
    words = new.unique("word", keep="first", maintain_order=True)
    for row in words.head(SHOWN).iter_rows(named=True):
        near = get_close_matches(row["word"], known.to_list(), n=1)
        hint = f"; did '{near[0]}' change its name?" if near else ""
        yield SourceFinding(
            "new_word",
            is_error=False,
            problem=f"no earlier delivery has it as {column}{hint}",
            file=row["source_file"],
            line=row["source_row"],
            column=place,
            value=row["word"],
            count=new.filter(word=row["word"]).height,
        )
    if words.height > SHOWN:
        more = words.height - SHOWN
        problem = f"{more} further words of {table}.{column} are new"
        yield SourceFinding("new_word", False, problem, column=place, count=more)
