"""How a delivered file becomes records of a raw table, and wide columns become long records.

One file may feed several tables and one table may be fed by several files; each such pair is one
mapping. What the columns of the raw table mean is said by its contract.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Contract
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.cells import Cell, read_cell
from data_contracts.profile_schema.document import Section

MAPPING_KEYS = [
    "file",
    "columns",
    "same_names",
    "constants",
    "unpivot",
    "spectrum",
    "distinct",
    "where",
    "found_by",
]
READINGS = "raw.sensor_readings"
# Which column names the quantity where a wide column becomes a record of a long table.
NAME_COLUMN = {
    "raw.parameters": "parameter",
    "raw.lab_results": "test",
    "raw.material_attributes": "attribute",
    "raw.inspections": "defect_class",
    "raw.stability_results": "test",
    READINGS: "tag",
}
SPECTRA = "raw.spectra"
SPECTRUM_UNITS = ("nm", "cm-1")
VALUE_COLUMN = {"raw.inspections": "rejected"}
_ENTRY_KEYS = ("name", "is_text", "reporting_limit", "limit_is_measured", "available_at_stage")


PHASES = "raw.phases"
STEP, SET_POINTS, CHANGE_POINTS = "step", "set_points", "change_points"
FOUND_BY = (STEP, SET_POINTS, CHANGE_POINTS)


@dataclass(frozen=True)
class FoundPhases:
    """How phases that nobody delivered are told from the rows of a file.

    Attributes:
        how: ``step``, a column names the recipe's step; ``set_points``, a phase begins wherever one
            of them moves; ``change_points``, where the levels of signals change together.
        columns: Delivered columns looked at, or tags where ``tag`` names the column of tags.
        phases: Names in order; for change points also how many there are. Empty where nobody knows.
        tag: In files with a row per tag, the column that names it; None for a column per tag.
        value: There, the column of the value.
        where: Place in the profile.
    """

    how: str
    columns: tuple[str, ...]
    phases: tuple[str, ...]
    tag: str | None
    value: str | None
    where: str

    @property
    def delivered_columns(self) -> tuple[str, ...]:
        """The delivered columns that are read."""
        return self.columns if self.tag is None else (self.tag, str(self.value))


@dataclass(frozen=True)
class UnpivotColumn:
    """A wide column whose every cell becomes one record of a long table.

    Attributes:
        column: Delivered (or derived) column.
        name: Name of the quantity (parameter, test, attribute, tag).
        value_column: Target column of the cell's value: ``value``, or ``level`` for a text.
        constants: Further target columns, the same for every record of this quantity.
        reporting_limit: Results at this limit or below it are left-censored; None for none.
        is_limit_measured: Whether a result exactly at the limit still counts as measured.
        available_at_stage: First stage (1 to 7) at which the value is known.
        where: Place in the profile.
    """

    column: str
    name: str
    value_column: str
    constants: tuple[Cell, ...]
    reporting_limit: float | None
    is_limit_measured: bool
    available_at_stage: int | None
    where: str

    def constant(self, target: str) -> str | None:
        """Return the constant of a target column, or None."""
        return next((cell.constant for cell in self.constants if cell.target == target), None)


@dataclass(frozen=True)
class Mapping:
    """One file feeding one raw table.

    Attributes:
        table: ``raw.<table>``.
        file: Name of the delivered file.
        cells: How each target column is filled, the same for every record.
        unpivot: Wide columns that become records; empty where a row is a record.
        is_distinct: Whether rows that repeat a key are one record (a lot named on many batches):
            the first in file order is taken.
        condition: Row-wise SQL condition; other rows are no records of this table.
        where: Place in the profile.
        spectrum: Unit of the numbers that name the columns of a spectrum, each of whose cells
            becomes one record; None where no column is named by a number.
        found_by: How phases are found where the file delivers none; None where it does.
    """

    table: str
    file: str
    cells: tuple[Cell, ...]
    unpivot: tuple[UnpivotColumn, ...]
    is_distinct: bool
    condition: str | None
    where: str
    spectrum: str | None = None
    found_by: FoundPhases | None = None

    @property
    def is_grouped(self) -> bool:
        """Whether several rows become one record."""
        return any(cell.aggregate for cell in self.cells)

    def delivered_columns(self) -> Iterator[tuple[str, str, bool]]:
        """Yield each delivered column read, where it is read, and whether it may be absent."""
        for cell in self.cells:
            for column in cell.delivered_columns():
                yield column, cell.where, cell.is_optional
        for wide in self.unpivot:
            yield wide.column, wide.where, False
        if self.found_by is not None:
            for column in self.found_by.delivered_columns:
                yield column, self.found_by.where, False


def read_mappings(tables: Section) -> tuple[Mapping, ...]:
    """Read the section ``tables``: raw table to one mapping or a list of them.

    Raises:
        ProfileError: A table or column is not under contract, or a required column is not filled.
    """
    known = [name.removeprefix("raw.") for name in described_names("raw")]
    tables.only(known)
    return tuple(
        read_mapping(section, f"raw.{table}")
        for table in tables.values
        for section in tables.sections(table)
    )


def read_mapping(section: Section, table: str) -> Mapping:
    """Read one mapping of a file to a raw table.

    Raises:
        ProfileError: A key or column is unknown, or a required column is not filled.
    """
    section.only(MAPPING_KEYS)
    described = contract(table)
    cells = _cells(section, described)
    condition = section.text("where")
    if condition is not None:
        columns_of(condition, section.where("where"))
    mapping = Mapping(
        table=table,
        file=section.required_text("file", "the name of a file listed under 'files'"),
        cells=cells,
        unpivot=_unpivot(section.section("unpivot"), described),
        is_distinct=section.flag("distinct"),
        condition=condition,
        where=section.where(),
        spectrum=_spectrum(section, table),
        found_by=_found_by(section, table, cells),
    )
    _require_columns(section, mapping, described)
    return mapping


def _found_by(section: Section, table: str, cells: tuple[Cell, ...]) -> FoundPhases | None:
    if "found_by" not in section.values:
        return None
    if table != PHASES:
        section.fail("found_by", f"only {PHASES} can be found in rows; map the columns of {table}")
    own = section.section("found_by")
    own.only([*FOUND_BY, "phases", "tag", "value"])
    ways = [how for how in FOUND_BY if own.texts(how)]
    if len(ways) != 1:
        section.fail("found_by", f"give one of {', '.join(FOUND_BY)}, with the columns looked at")
    columns, phases = own.texts(ways[0]), own.texts("phases")
    if ways[0] == STEP and (len(columns) > 1 or phases):
        own.fail(STEP, "one column names the steps, and the phases are called as it says")
    if ways[0] == CHANGE_POINTS and len(phases) == 1:
        own.fail("phases", "one phase has no change to find; list all in order, or none")
    if own.text("tag") is None and own.text("value") is not None:
        own.fail("value", "the column of values goes with 'tag', the column that names them")
    if own.text("tag") is not None and own.text("value") is None:
        own.fail("tag", "say under 'value' which column holds the values of the tags")
    made = [cell.target for cell in cells if cell.aggregate or cell.target in ("phase", "ended_at")]
    if made:
        section.fail(
            "found_by",
            f"'{made[0]}' cannot be mapped or aggregated here: phases and their ends are found; "
            "map 'started_at' to the instant of each row",
        )
    return FoundPhases(
        ways[0], columns, phases, own.text("tag"), own.text("value"), section.where("found_by")
    )


def _spectrum(section: Section, table: str) -> str | None:
    if "spectrum" not in section.values:
        return None
    if table != SPECTRA:
        section.fail("spectrum", f"columns named by a number feed {SPECTRA} alone")
    return section.choice("spectrum", SPECTRUM_UNITS, "nm")


def _target(section: Section, key: str, described: Contract) -> str:
    """Check that a key is a column of the raw table that a source may fill."""
    targets = [column.name for column in described.columns if not column.is_provenance]
    if key not in targets:
        section.fail(key, f"{described.name} has no column '{key}'; it has: {', '.join(targets)}")
    return key


def _cells(section: Section, described: Contract) -> tuple[Cell, ...]:
    columns, constants = section.section("columns"), section.section("constants")
    cells = [
        Cell(
            target=_target(section, name, described), column=name, where=section.where("same_names")
        )
        for name in section.texts("same_names")
    ]
    cells += [read_cell(columns, _target(columns, key, described)) for key in columns.values]
    cells += [_constant_cell(constants, key, described) for key in constants.values]
    if described.name != "raw.batches":
        late = [cell.target for cell in cells if cell.available_at_stage is not None]
        if late:
            columns.fail(
                late[0],
                "'available_at_stage' is for columns of batches; for a test, parameter, attribute "
                "or tag say it under 'unpivot', and for records that have a stage map 'stage'",
            )
    twice = {cell.target for cell in cells if sum(c.target == cell.target for c in cells) > 1}
    if twice:
        section.fail(None, f"filled more than once: {', '.join(sorted(twice))}; keep one of them")
    return tuple(cells)


def _constant_cell(section: Section, key: str, described: Contract) -> Cell:
    value = section.values[key]
    text = str(value).lower() if isinstance(value, bool) else section.text(key)
    return Cell(target=_target(section, key, described), constant=text, where=section.where(key))


def _unpivot(section: Section, described: Contract) -> tuple[UnpivotColumn, ...]:
    if section.values and described.name not in NAME_COLUMN:
        section.fail(None, f"{described.name} has no named quantities; map its columns instead")
    return tuple(_unpivot_column(section, column, described) for column in section.values)


def _unpivot_column(parent: Section, column: str, described: Contract) -> UnpivotColumn:
    value = parent.values[column]
    if isinstance(value, str):  # `column: unit` is short for `column: {unit: unit}`
        parent = Section({column: {"unit": value}}, parent.place, parent.file, parent.lines)
    entry = parent.section(column)
    targets = [key for key in entry.values if key not in _ENTRY_KEYS]
    # What is constant for a tag (unit, limits) belongs to the tag's record, not to each reading.
    constants_of = contract("raw.sensor_tags") if described.name == READINGS else described
    is_text = entry.flag("is_text")
    if is_text and "level" not in described.column_names:
        entry.fail("is_text", f"{described.name} holds numbers only")
    return UnpivotColumn(
        column=column,
        name=entry.text("name") or column,
        value_column="level" if is_text else VALUE_COLUMN.get(described.name, "value"),
        constants=tuple(_constant_cell(entry, key, constants_of) for key in targets),
        reporting_limit=entry.number("reporting_limit"),
        is_limit_measured=entry.flag("limit_is_measured"),
        available_at_stage=entry.stage("available_at_stage"),
        where=entry.where(),
    )


def _require_columns(section: Section, mapping: Mapping, described: Contract) -> None:
    filled = {cell.target for cell in mapping.cells}
    if mapping.spectrum is not None:
        filled |= {"wavelength_nm", "absorbance"}
    if mapping.found_by is not None:
        filled |= {"phase", "ended_at"}
    if mapping.unpivot:
        filled.add(NAME_COLUMN[mapping.table])
        filled.add(VALUE_COLUMN.get(mapping.table, "value"))
        each = [{cell.target for cell in wide.constants} for wide in mapping.unpivot]
        filled |= set.intersection(*each)
    missing = [
        column.name
        for column in described.columns
        if column.is_required
        and not column.is_provenance
        and column.default is None
        and column.name not in filled
    ]
    if missing:
        section.fail(
            None,
            f"{mapping.table} needs {', '.join(missing)}: map a column, or give the value under "
            "'constants'",
        )
