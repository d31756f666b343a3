"""The short form of a profile: one wide table, a row per batch, no dates.

The short form is expanded here into the same file, mappings and outcomes a long profile declares,
so nothing behind the profile knows that there is a short form. Every column must be named: one
taken blindly may be the result itself.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from data_contracts.contract import Contract
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.cells import Cell, read_cell
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.files import FILE_KEYS, DerivedColumn, SourceFile, read_file
from data_contracts.profile_schema.labels import read_label
from data_contracts.profile_schema.mapping import Mapping, UnpivotColumn
from data_contracts.profile_schema.outcomes import Margin, Outcome

FILE = "wide_table"
FILE_PART = [key for key in FILE_KEYS if key != "optional"]
OWN_KEYS = [
    "batch_id",
    "production_order",
    "batches",
    "stage",
    "numeric",
    "categorical",
    "results",
    "label",
    "proxy",
]
BATCH_TARGETS = [
    "product",
    "strength",
    "site",
    "line",
    "campaign_id",
    "batch_size",
    "started_at",
    "ended_at",
]
DEFAULT_STAGE, RESULT_STAGE = 4, 6
_COMPARISON = re.compile(r'\s*(?P<name>"[^"]+"|\w+)\s*(?P<sign><=?|>=?)\s*(?P<limit>-?[\d.]+)\s*')


def read_wide_table(
    section: Section, contracts: dict[str, Contract]
) -> tuple[SourceFile, tuple[Mapping, ...], tuple[Outcome, ...]]:
    """Expand the section ``wide_table``.

    Args:
        section: The section.
        contracts: The contracts of ``raw.batches``, ``raw.parameters`` and ``raw.lab_results``.

    Returns:
        The delivered file, its mappings, and the outcome of ``label`` or ``proxy`` if one is there.

    Raises:
        ProfileError: A key is unknown, a column is named twice, or nothing is named at all.
    """
    section.only((*FILE_PART, *OWN_KEYS))
    if "label" in section.values and "proxy" in section.values:
        section.fail("proxy", "give 'label:' or 'proxy:', not both")
    file_part = {key: value for key, value in section.values.items() if key in FILE_PART}
    file = read_file(Section(file_part, section.place, section.file, section.lines), FILE)
    default = section.stage("stage") or DEFAULT_STAGE
    numeric = dict(_staged(section, "numeric", default))
    categorical = dict(_staged(section, "categorical", default))
    results = dict(_staged(section, "results", RESULT_STAGE))
    outcome, label = _outcome(section, results)
    known = numeric | results
    for derived in file.derived:
        numeric.setdefault(derived.name, _derived_stage(derived, known | numeric, default))
    _require_some(section, numeric, categorical, results)
    if label is not None:
        file = _with_derived(file, label)
        results[label.name] = outcome.first_known_stage if outcome else RESULT_STAGE
    mappings = (
        _batches(section, contracts["raw.batches"]),
        *_quantities(section, "raw.parameters", numeric, categorical),
        *_quantities(section, "raw.lab_results", results, {}),
    )
    return file, mappings, () if outcome is None else (outcome,)


def _staged(section: Section, key: str, default: int) -> Iterator[tuple[str, int]]:
    """Yield column and stage from a list, ``{column: stage}`` or ``{stage: [columns]}``."""
    if not isinstance(section.values.get(key), dict):
        yield from ((column, default) for column in section.texts(key))
        return
    entry = section.section(key)
    for name, value in entry.values.items():
        if isinstance(value, list):
            if name not in {"1", "2", "3", "4", "5", "6", "7"}:
                entry.fail(name, "a list of columns stands under a stage from 1 to 7")
            yield from ((column, int(name)) for column in entry.texts(name))
        else:
            yield name, entry.stage(name) or default


def _derived_stage(derived: DerivedColumn, stages: dict[str, int], default: int) -> int:
    """A derived column is known when the last of its parts is."""
    parts = columns_of(derived.expression, derived.where)
    return max((stages.get(part, default) for part in parts), default=default)


def _with_derived(file: SourceFile, column: DerivedColumn) -> SourceFile:
    return replace(file, derived=(*file.derived, column))


def _require_some(section: Section, *groups: dict[str, int]) -> None:
    names = [name for group in groups for name in group]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        section.fail(None, f"named more than once: {', '.join(twice)}; a column has one meaning")
    if not names:
        section.fail(None, "name the columns under 'numeric', 'categorical' or 'results'")


def _batches(section: Section, described: Contract) -> Mapping:
    where = section.where()
    entry = section.section("batches")
    entry.only(BATCH_TARGETS)
    row_number = Cell(target="", where=where, is_row_number=True)
    cells = [
        read_cell(section, name) if name in section.values else row_number.renamed(name)
        for name in ("batch_id", "production_order")
    ]
    cells += [read_cell(entry, name) for name in entry.values]
    precision = "instant" if "started_at" in entry.values else "order"
    cells.append(Cell(target="started_at_precision", where=where, constant=precision))
    return Mapping(described.name, FILE, tuple(cells), (), False, None, where)


def _quantities(
    section: Section, table: str, numeric: dict[str, int], categorical: dict[str, int]
) -> Iterator[Mapping]:
    batch_id = (
        read_cell(section, "batch_id")
        if "batch_id" in section.values
        else Cell(target="batch_id", where=section.where(), is_row_number=True)
    )
    fixed = {"sample_no": "1"} if table == "raw.lab_results" else {}
    columns = [(name, stage, "value") for name, stage in numeric.items()]
    columns += [(name, stage, "level") for name, stage in categorical.items()]
    where = section.where()
    wide = tuple(
        UnpivotColumn(
            column=name,
            name=name,
            value_column=target,
            constants=tuple(
                Cell(target=target_name, where=where, constant=text)
                for target_name, text in {"stage": str(stage), **fixed}.items()
            ),
            reporting_limit=None,
            is_limit_measured=False,
            available_at_stage=None,
            where=where,
        )
        for name, stage, target in columns
    )
    if wide:
        yield Mapping(table, FILE, (batch_id,), wide, False, None, where)


def _outcome(
    section: Section, results: dict[str, int]
) -> tuple[Outcome | None, DerivedColumn | None]:
    """Read ``label`` or ``proxy``; the columns of a proxy's rule become results."""
    if "proxy" in section.values:
        return _proxy(section.section("proxy"), results), None
    if "label" not in section.values:
        return None, None
    return _label(section.section("label"))


def _label(entry: Section) -> tuple[Outcome, DerivedColumn]:
    label = read_label(entry, FILE)
    name = entry.name("name", "of the outcome") if "name" in entry.values else "failure"
    test = f"is_{name}"
    outcome = Outcome(
        name=name,
        title=entry.text("title") or f"Batches marked as failed in '{label.column}'",
        is_proxy=False,
        rule=f"{test} = 1",
        margins=(),
        first_known_stage=entry.stage("stage") or RESULT_STAGE,
        defined_by=(test,),
        same_quantity=(),
        where=entry.where(),
        label=label,
    )
    return outcome, DerivedColumn(test, label.expression, entry.where(), reads_text=True)


def _proxy(entry: Section, results: dict[str, int]) -> Outcome:
    entry.only(("rule", "name", "title", "stage", "same_quantity"))
    rule = entry.required_text("rule", "a condition over result columns, true for a failed batch")
    stage = entry.stage("stage") or RESULT_STAGE
    quantities = columns_of(rule, entry.where("rule"))
    for quantity in quantities:
        results.setdefault(quantity, stage)
    return Outcome(
        name=entry.name("name", "of the outcome") if "name" in entry.values else "failure",
        title=entry.text("title") or f"{rule} (proxy)",
        is_proxy=True,
        rule=rule,
        margins=_margins(rule),
        first_known_stage=stage,
        defined_by=quantities,
        same_quantity=entry.texts("same_quantity"),
        where=entry.where(),
    )


def _margins(rule: str) -> tuple[Margin, ...]:
    """A rule that is one comparison with a number has that number as its limit."""
    match = _COMPARISON.fullmatch(rule)
    if match is None:
        return ()
    name, limit = match["name"].strip('"'), float(match["limit"])
    is_low = match["sign"].startswith("<")
    return (Margin(name, limit if is_low else None, None if is_low else limit),)
