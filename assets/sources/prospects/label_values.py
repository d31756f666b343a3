"""Whether the texts that decide an outcome are the texts that were delivered.

A label nobody listed would silently count as good, and a listed one that never occurs as no
failure.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import polars as pl

from assets.sources.files.record_places import FILE_COLUMN, ROW_COLUMN
from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SHOWN, SourceFinding, counted
from data_contracts.catalogue import contract
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.labels import Label, spellings
from data_contracts.profile_schema.outcomes import BATCH_COLUMNS, Outcome

_TEXT = r"'(?:[^']|'')*'"
_COMPARISON = re.compile(
    rf"""(?:lower\(\s*)?(?P<name>"(?:[^"]|"")*"|[A-Za-z_]\w*)\s*\)?\s*
    (?P<sign><>|!=|=|(?:NOT\s+)?IN)\s*(?P<texts>{_TEXT}|\(\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*\))""",
    re.IGNORECASE | re.VERBOSE,
)


def label_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look at every text an outcome is decided by.

    Yields:
        Values nobody listed (an error), listed values that never occur, refused dispositions.
    """
    for outcome in source.profile.outcomes:
        if outcome.label is not None:
            yield from _of_label(source, outcome.label)
        yield from _of_rule(source, outcome)
    if any(_reads_disposition(outcome) for outcome in source.profile.outcomes):
        yield from _refused_dispositions(source)
    yield from _of_value_maps(source)


def _of_label(source: JudgedSource, label: Label) -> Iterator[SourceFinding]:
    found = _counted(source.cleaned[label.file], label.column)
    unlisted = [row for row in found.iter_rows(named=True) if not label.is_listed(row["value"])]
    occurring = {value.lower() for value in found["value"]}
    if not label.is_other_good:
        for row in unlisted[:SHOWN]:
            yield SourceFinding(
                "label_not_listed",
                is_error=True,
                problem=f"{label.where} does not say what this label means "
                f"({counted(row['count'], 'batch')}); list it under 'failed', 'good' or 'pending', "
                "or say 'other: good'",
                file=row["file"],
                line=row["row"],
                column=label.column,
                value=row["value"],
                count=row["count"],
            )
        if len(unlisted) > SHOWN:
            more = len(unlisted) - SHOWN
            yield SourceFinding(
                "label_not_listed",
                is_error=True,
                problem=f"{more} further labels are not listed at {label.where}",
                column=label.column,
                count=more,
            )
    absent = [v for v in label.failed if not occurring & set(spellings([v]))]
    is_lost = len(absent) == len(label.failed) and bool(unlisted) and label.is_other_good
    for value in absent:
        near = get_close_matches(value.lower(), sorted(occurring), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        found_values = ", ".join(repr(v) for v in found["value"].head(SHOWN)) or "nothing"
        yield SourceFinding(
            "failed_value_never_occurs",
            is_error=is_lost,
            problem=f"{label.where} lists it under 'failed', and it never occurs{hint}; the column "
            f"holds {found_values}",
            file=_file_of(source, label.file),
            column=label.column,
            value=value,
            count=0,
        )


def _of_rule(source: JudgedSource, outcome: Outcome) -> Iterator[SourceFinding]:
    """Compare the texts a rule names with those its columns hold."""
    if outcome.label is not None:
        return
    for match in _COMPARISON.finditer(outcome.rule):
        name = match["name"].strip('"')
        is_negated = match["sign"].upper() not in {"=", "IN"}
        named = [text[1:-1].replace("''", "'") for text in re.findall(_TEXT, match["texts"])]
        is_lowered = match.group().lower().startswith("lower(")
        held = _texts(source, name)
        if held.is_empty() and name not in BATCH_COLUMNS:
            continue
        present = {v.lower() if is_lowered else v for v in held["value"]}
        for value in named:
            if value not in present:
                yield _absent(source, outcome, name, value, held)
        if name not in BATCH_COLUMNS and not is_negated and not outcome.is_other_good:
            for row in held.iter_rows(named=True):
                text = row["value"].lower() if is_lowered else row["value"]
                if text not in named:
                    yield SourceFinding(
                        "label_not_listed",
                        is_error=True,
                        problem=f"the rule at {outcome.where} does not name this text "
                        f"({counted(row['count'], 'record')}); name it, or say 'other: good' there",
                        file=row["file"],
                        line=row["row"],
                        column=source.delivered_quantity("parameters", name),
                        value=row["value"],
                        count=row["count"],
                    )


def _absent(
    source: JudgedSource, outcome: Outcome, name: str, value: str, held: pl.DataFrame
) -> SourceFinding:
    texts = held["value"].to_list()
    allowed = contract("raw.batches").column(name).valid_values if name in BATCH_COLUMNS else None
    alike = next((text for text in texts if _plain(text) == _plain(value)), None)
    is_impossible = bool(allowed) and value not in map(str, allowed or ())
    hint = f"; did you mean '{alike}'?" if alike else ""
    if is_impossible:
        hint = f"; {name} is one of {', '.join(map(str, allowed or ()))}"
    shown = ", ".join(repr(text) for text in texts[:SHOWN]) or "nothing"
    return SourceFinding(
        "failed_value_never_occurs",
        is_error=is_impossible or alike is not None,
        problem=f"the rule at {outcome.where} asks for it, and it never occurs{hint}; the records "
        f"hold {shown}",
        file=None if held.is_empty() else held["file"][0],
        column=source.delivered_column("batches", name) if name in BATCH_COLUMNS else name,
        value=value,
        count=0,
    )


def _texts(source: JudgedSource, name: str) -> pl.DataFrame:
    """The texts a name of a rule stands for: value, count, file, row; empty for numbers."""
    if name in BATCH_COLUMNS:
        batches = source.accepted("batches")
        return _counted(batches, name, ("source_file", "source_row"))
    levels = source.accepted("parameters").filter(pl.col("parameter") == name)
    return _counted(levels, "level", ("source_file", "source_row"))


def _refused_dispositions(source: JudgedSource) -> Iterator[SourceFinding]:
    refused = source.admissions["raw.batches"].quarantined.filter(
        column_name="disposition", rule="valid_values"
    )
    allowed = ", ".join(map(str, contract("raw.batches").column("disposition").valid_values or ()))
    column = source.delivered_column("batches", "disposition")
    for row in _counted(refused, "value", ("source_file", "source_row")).iter_rows(named=True):
        yield SourceFinding(
            "label_not_listed",
            is_error=True,
            problem=f"this disposition ({counted(row['count'], 'batch')}) is none of {allowed}; "
            "say what it stands for under 'values:' of disposition (or 'other:' for all the rest)",
            file=row["file"],
            line=row["row"],
            column=column,
            value=row["value"],
            count=row["count"],
        )


def _of_value_maps(source: JudgedSource) -> Iterator[SourceFinding]:
    for mapping in source.profile.mappings:
        for cell in mapping.cells:
            frame = source.cleaned[mapping.file]
            if not cell.values or cell.column not in frame.columns or cell.lookup is not None:
                continue
            present = set(frame[cell.column].drop_nulls().unique())
            for value in cell.values:
                if value not in present:
                    alike = [text for text in present if _plain(text) == _plain(value)]
                    hint = f"; did you mean '{min(alike)}'?" if alike else ""
                    yield SourceFinding(
                        "listed_value_never_occurs",
                        is_error=False,
                        problem=f"{cell.where} says what it stands for, and it never occurs{hint}",
                        file=_file_of(source, mapping.file),
                        column=cell.column,
                        value=value,
                        count=0,
                    )


def _counted(
    frame: pl.DataFrame, column: str, place: tuple[str, str] = (FILE_COLUMN, ROW_COLUMN)
) -> pl.DataFrame:
    """Distinct texts, how many rows have them and where the first stands, most frequent first."""
    file, row = place
    return (
        frame.select(value=pl.col(column).cast(pl.String), file=pl.col(file), row=pl.col(row))
        .drop_nulls("value")
        .group_by("value", maintain_order=True)
        .agg(count=pl.len(), file=pl.col("file").first(), row=pl.col("row").first())
        .sort("count", "value", descending=[True, False])
    )


def _file_of(source: JudgedSource, name: str) -> str:
    return source.profile.files[name].pattern


def _reads_disposition(outcome: Outcome) -> bool:
    return "disposition" in columns_of(outcome.rule, outcome.where)


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", text).lower()
