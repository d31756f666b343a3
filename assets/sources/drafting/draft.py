"""A first profile of files nobody has described yet: the story in order, ending in YAML."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from assets.sources.drafting.batch_columns import (
    BatchColumns,
    Quantity,
    batch_columns,
    with_distinct_names,
)
from assets.sources.drafting.batch_files import Mappings, batch_mappings, distinct_batches
from assets.sources.drafting.contract_files import ContractFile, contract_file
from assets.sources.drafting.draft_text import commented, entry, flow, indented, item
from assets.sources.drafting.label_candidates import label_candidates
from assets.sources.drafting.looking.dates import date_format
from assets.sources.drafting.looking.false_values import FalseValues, false_values, repeated_signals
from assets.sources.drafting.looking.glossary import BATCH_TARGETS
from assets.sources.drafting.looking.joins import ROW_NUMBER, Copy, Keyed, copies, keyed_files
from assets.sources.drafting.looking.looks import FileLook, look_at
from assets.sources.drafting.looking.names import snake_case
from assets.sources.drafting.lot_files import attributes_of, lot_key, lot_mappings, material_of
from assets.sources.drafting.series_files import Timestamp, series_mappings, signals, timestamp_of
from data_contracts.catalogue import described_names
from data_contracts.errors import SourceError

_UNIT_WIDTH: Final = 96


class Draft:
    """What becomes of each file, collected while going through them."""

    def __init__(self, looks: Sequence[FileLook], no_tables: dict[str, str]) -> None:
        self.looks = {look.name: look for look in looks}
        self.mappings: Mappings = {}
        self.false: dict[str, list[FalseValues]] = {}
        self.ignored: dict[str, dict[str, str]] = {}
        self.ignored_files = {name: f"guess: {reason}" for name, reason in no_tables.items()}
        self.unknown_units: list[str] = []
        self.looked_up: set[str] = set()
        self.batch_level: list[tuple[FileLook, list[str]]] = []

    def add(self, mappings: Mappings) -> None:
        """Add the mappings of one file."""
        for table, each in mappings.items():
            self.mappings.setdefault(table, []).extend(each)


def draft_profile(name: str, files: Iterable[Path], root: Path) -> str:
    """Draft a profile.

    Args:
        name: Name of the source.
        files: Its delivered files.
        root: Folder they lie below.

    Returns:
        The profile as YAML. What is guessed is marked, columns that may say what a failure is are
        listed in comments, and no outcome is declared.

    Raises:
        SourceError: A file cannot be read as what its name says, or no file has a row per batch.
    """
    looks, no_tables = look_at(files, root)
    draft = Draft(looks, no_tables)
    matched = {look.name: found for look in looks if (found := contract_file(look)) is not None}
    for found in matched.values():
        _add_contract_file(draft, found)
    rest = [look for look in looks if look.name not in matched]
    _add_batch_files(draft, rest, list(matched.values()))
    if "batches" not in draft.mappings:
        left_out = f" Not read: {', '.join(sorted(no_tables))}." if no_tables else ""
        raise SourceError(
            f"{root}: no file has a row per batch and a column that names it, such as batch, "
            "batch_id, charge or lot_no; rename the column, or write the profile by hand."
            f"{left_out}"
        )
    return "\n".join(_lines(name, draft)) + "\n"


def _add_contract_file(draft: Draft, found: ContractFile) -> None:
    lines = [f"file: {found.look.name}"]
    if found.same:
        lines.append(f"same_names: {flow(found.same)}")
    if found.renamed:
        lines.append(entry("columns", found.renamed, "guess"))
    if found.constants:
        lines.append(entry("constants", found.constants, "guess"))
    draft.add({found.table.removeprefix("raw."): [lines]})
    if found.unused:
        reason = "guess: no column of the contract"
        draft.ignored[found.look.name] = dict.fromkeys(found.unused, reason)
    if found.table == "raw.batches":
        told = ("disposition", "failure_mode")
        others = [*found.unused, *(c for c in found.look.header if c in told)]
        draft.batch_level.append((found.look, others))


def _add_batch_files(
    draft: Draft, looks: Sequence[FileLook], matched: Sequence[ContractFile]
) -> None:
    """Files that are no table of a contract: rows per batch, series, or nothing of use."""
    keyed = keyed_files(looks)
    if not keyed and len(looks) == 1 and "batches" not in draft.mappings:
        keyed = [Keyed(looks[0], ROW_NUMBER, is_unique=True)]
    wide = [one for one in keyed if one.is_unique]
    has_batches = "batches" in draft.mappings
    first = None if has_batches or not wide else max(wide, key=_describes_batches)
    repeated = {} if first is None else {o.look.name: copies(first, o) for o in keyed if o != first}
    known: dict[str, Quantity] = {}
    taken: set[str] = set()
    for one in sorted(wide, key=lambda each: each != first):
        is_first = one == first
        columns = batch_columns(one, repeated.get(one.look.name, []), known, is_first=is_first)
        columns = with_distinct_names(columns, taken)
        if is_first:
            known = {quantity.column: quantity for quantity in columns.quantities}
        lookups = _lookups(columns, keyed, repeated) if is_first else {}
        mappings = batch_mappings(columns, lookups, is_first=is_first)
        draft.looked_up |= {other.look.name for other, _ in lookups.values()}
        if mappings:
            draft.add(mappings)
            _note_columns(draft, columns)
        else:
            draft.ignored_files[one.look.pattern] = "guess: it says nothing about its batches"
    many = [one for one in keyed if not one.is_unique]
    if "batches" not in draft.mappings and many:
        draft.add({"batches": [distinct_batches(many[0])]})
    for look in looks:
        if all(one.look != look for one in wide):
            own = next((one for one in many if one.look == look), None)
            _add_other_file(draft, look, own, repeated.get(look.name, []), matched)


def _add_other_file(
    draft: Draft,
    look: FileLook,
    keyed: Keyed | None,
    repeated: Sequence[Copy],
    matched: Sequence[ContractFile],
) -> None:
    """A file without a row per batch: lots of a material, a series, or nothing of use."""
    at, lot = timestamp_of(look), lot_key(look) if keyed is None else None
    attributes = [] if lot is None else attributes_of(look, lot)
    if lot is not None and attributes:
        draft.add(lot_mappings(look, lot, material_of(look, matched), attributes))
    elif at is not None:
        _add_series(draft, look, keyed, at, repeated)
    elif keyed is None:
        reason = "no column of it names a batch, and no table fits its columns"
        draft.ignored_files[look.pattern] = f"guess: {reason}"
    elif look.name in draft.looked_up or f"file: {look.name}" in draft.mappings["batches"][0]:
        reason = "several rows per batch, and no instant says which is which"
        others = [column for column in look.header if column != keyed.key]
        draft.ignored[look.name] = dict.fromkeys(others, f"guess: {reason}")
    else:
        draft.ignored_files[look.pattern] = "guess: several rows per batch, and no instants"


def _describes_batches(one: Keyed) -> int:
    names = {snake_case(column) for column in one.look.header}
    return sum(bool(names & set(usual)) for usual in BATCH_TARGETS.values())


def _lookups(
    columns: BatchColumns, keyed: Sequence[Keyed], repeated: dict[str, list[Copy]]
) -> dict[str, tuple[Keyed, str]]:
    """What describes a batch and stands in another file, the same on all its rows of a batch."""
    found: dict[str, tuple[Keyed, str]] = {}
    for other in keyed:
        if other == columns.keyed or other.is_unique:
            continue
        twins = {copy.column for copy in repeated.get(other.look.name, [])}
        names = {snake_case(name): name for name in other.per_batch().columns}
        for target, usual in BATCH_TARGETS.items():
            column = next((names[name] for name in usual if name in names), None)
            if column is None or column in twins or target in columns.targets:
                continue
            if target.endswith("_at") and date_format(other.look.frame[column]) is None:
                continue
            found.setdefault(target, (other, column))
    return found


def _note_columns(draft: Draft, columns: BatchColumns) -> None:
    look = columns.keyed.look
    own = [q.column for q in columns.quantities]
    own += [q.column for material in columns.materials for q in material.attributes]
    draft.false[look.name] = false_values(look, own)
    draft.ignored[look.name] = columns.ignored
    draft.unknown_units += [q.name for q in columns.quantities if q.unit is None]
    draft.batch_level.append((look, [*(q.column for q in columns.quantities), *columns.ignored]))


def _add_series(
    draft: Draft, look: FileLook, keyed: Keyed | None, at: Timestamp, repeated: Sequence[Copy]
) -> None:
    twins = {copy.column: copy for copy in repeated}
    apart = {at[0], *twins, *([keyed.key] if keyed else [])}
    if keyed is not None:
        apart |= set(keyed.per_batch().columns)
    tags = signals(look, apart)
    mappings = series_mappings(look, keyed, at, tags)
    if not mappings and look.name not in draft.looked_up:
        draft.ignored_files[look.pattern] = "guess: rows in time, and no number among them"
        return
    draft.add(mappings)
    draft.unknown_units += [tag.name for tag in tags if tag.unit is None]
    draft.false[look.name] = repeated_signals(look, [tag.column for tag in tags])
    draft.ignored[look.name] = {
        column: f"guess: the same as {copy.other} of {copy.of}, batch by batch"
        for column, copy in twins.items()
    }


def _lines(name: str, draft: Draft) -> list[str]:
    """The whole document."""
    return [
        *_opening(draft),
        f"profile: {snake_case(name) or 'my_plant'}",
        "files:",
        *(line for look in draft.looks.values() for line in indented(_file(draft, look), 2)),
        *_section("ignored_files", draft.ignored_files),
        "tables:",
        *_tables(draft),
        *_units(draft),
        *_outcomes(),
    ]


def _opening(draft: Draft) -> list[str]:
    lines = commented(
        "A draft, made by looking at the files; what is called a guess was guessed. Try it with "
        "'lotwise check', and correct it here."
    )
    candidates = label_candidates(draft.batch_level)
    lines += commented(
        "What a failure is cannot be seen, so no outcome is declared. Columns with few values, "
        "each with the number of its rows; if one says what became of a batch, declare it below:"
        if candidates
        else "What a failure is cannot be seen, so no outcome is declared."
    )
    for candidate in candidates:
        lines += [f"#   {line[2:]}" for line in commented(candidate)]
    return lines


def _file(draft: Draft, look: FileLook) -> list[str]:
    if look.pattern in draft.ignored_files:
        return []
    said: dict[str, object] = {"path": look.pattern}
    if look.format == "csv":
        said |= {"separator": look.separator} if look.separator != "," else {}
        said |= {"decimal": look.decimal} if look.decimal != "." else {}
        said |= {"encoding": look.encoding} if look.encoding != "utf-8" else {}
        said |= {"null_tokens": list(look.null_tokens)} if look.null_tokens else {}
    missing, ignored = draft.false.get(look.name, []), draft.ignored.get(look.name, {})
    if not missing and not ignored:
        return [entry(look.name, said)]
    lines = [f"{look.name}:", *(f"  {entry(key, value)}" for key, value in said.items())]
    if missing:
        lines.append("  missing:  # guesses: take out what is a measurement")
        lines += [f"    - {_false(found)}" for found in missing]
    if ignored:
        lines += ["  ignored:", *(f"    {entry(c, why)}" for c, why in ignored.items())]
    return lines


def _false(found: FalseValues) -> str:
    key, _, value = found.condition.partition(": ")
    condition: object = int(value) if key == "equals" else value
    reason = f"guess: {found.reason}"
    return flow({"columns": list(found.columns), key: condition, "reason": reason})


def _section(name: str, values: dict[str, str]) -> list[str]:
    return (
        [f"{name}:", *(f"  {entry(key, value)}" for key, value in values.items())] if values else []
    )


def _tables(draft: Draft) -> list[str]:
    lines = []
    for table in (name.removeprefix("raw.") for name in described_names("raw")):
        found = draft.mappings.get(table, [])
        if found:
            lines.append(f"  {table}:")
            body = found[0] if len(found) == 1 else [line for each in found for line in item(each)]
            lines += indented(body, 4)
    return lines


def _units(draft: Draft) -> list[str]:
    """Names of quantities whose unit nobody can see, ready to be filled in."""
    if not draft.unknown_units:
        return []
    lines = commented(
        "Nothing says in which unit these are. Write it behind each and take the '#' away; or "
        "leave them without one."
    )
    line = "# units: {"
    for number, name in enumerate(draft.unknown_units):
        is_last = number == len(draft.unknown_units) - 1
        word = f"{name}: {'}' if is_last else ', '}"
        if len(line) + len(word) > _UNIT_WIDTH:
            lines.append(line.rstrip())
            line = "#   "
        line += word
    return [*lines, line.rstrip()]


def _outcomes() -> list[str]:
    return [
        "# outcomes:",
        "#   - {name: failure, title: Batch rejected, rule: ..., first_known_stage: 6}",
    ]
