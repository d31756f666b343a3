"""What a profile says about the delivered files: format, blanks, false zeros, derived columns.

Reading the files themselves belongs in ``assets.sources``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from data_contracts.expressions import columns_of
from data_contracts.profile_schema.document import Section

FILE_KEYS = [
    "path",
    "format",
    "separator",
    "decimal",
    "encoding",
    "null_tokens",
    "missing",
    "derived",
    "ignored",
    "optional",
    "renamed",
]


@dataclass(frozen=True)
class MissingRule:
    """Cells that hold a value which is no measurement and are read as blank.

    Attributes:
        columns: Columns of the delivered file the rule is about.
        equals: Values that mean "missing", as numbers or texts; empty when ``when`` alone decides.
        when: Row-wise SQL condition over the delivered columns; None when ``equals`` decides.
        reason: Why such a value cannot be a measurement.
        where: Place in the profile.
    """

    columns: tuple[str, ...]
    equals: tuple[str, ...]
    when: str | None
    reason: str
    where: str


@dataclass(frozen=True)
class DerivedColumn:
    """A column computed from others of the same row.

    Attributes:
        name: Its name beside the delivered columns.
        expression: Row-wise SQL expression over delivered columns and derived ones before it.
        where: Place in the profile.
        reads_text: Whether the expression sees its columns as text even where they hold numbers.
    """

    name: str
    expression: str
    where: str
    reads_text: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A delivered file, or several of the same shape.

    Attributes:
        name: How mappings refer to it.
        pattern: Path or glob below the data folder.
        format: ``csv`` or ``parquet``.
        separator: Column separator of a CSV file.
        decimal: Decimal mark of numbers in a CSV file.
        encoding: Text encoding of a CSV file.
        null_tokens: Texts that mean blank; empty cells and runs of spaces always do.
        missing: Cells that hold a value which is no measurement.
        derived: Columns computed from others of the same row.
        ignored: Delivered columns nobody maps, each with the reason.
        is_optional: Whether the source may do without the file.
        renamed: Columns by the name some files have, with the name the profile knows them by.
        where: Place in the profile.
    """

    name: str
    pattern: str
    format: str
    separator: str
    decimal: str
    encoding: str
    null_tokens: tuple[str, ...]
    missing: tuple[MissingRule, ...]
    derived: tuple[DerivedColumn, ...]
    ignored: Mapping[str, str]
    is_optional: bool
    where: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    def known_names(self, header: Iterable[str]) -> list[str]:
        """Return the columns of a file by the names the profile knows them by."""
        return [self.renamed.get(name, name) for name in header]

    @property
    def derived_names(self) -> frozenset[str]:
        """Names of the columns the profile adds to the delivered ones."""
        return frozenset(column.name for column in self.derived)


def read_file(section: Section, name: str) -> SourceFile:
    """Read one entry of ``files``.

    Raises:
        ProfileError: A key is unknown, missing or of the wrong kind.
    """
    section.only(FILE_KEYS)
    pattern = section.required_text("path", "the file's path below the data folder, or a glob")
    if pattern.startswith("/") or ".." in pattern.split("/"):
        section.fail(
            "path", f"'{pattern}' must stay below the data folder; write it relative to it"
        )
    suffix = "parquet" if pattern.endswith(".parquet") else "csv"
    file = SourceFile(
        name=name,
        pattern=pattern,
        format=section.choice("format", ("csv", "parquet"), suffix),
        separator=section.text("separator") or ",",
        decimal=section.choice("decimal", (".", ","), "."),
        encoding=section.text("encoding") or "utf-8",
        null_tokens=section.texts("null_tokens"),
        missing=tuple(_missing(item) for item in section.sections("missing")),
        derived=read_derived(section.section("derived")),
        ignored=_ignored(section.section("ignored")),
        is_optional=section.flag("optional"),
        where=section.where(),
        renamed=_renamed(section.section("renamed")),
    )
    if len(file.separator) != 1:
        section.fail("separator", f"a separator is one character, found {file.separator!r}")
    if file.separator == file.decimal and file.format == "csv":
        section.fail("decimal", f"'{file.decimal}' cannot be both decimal mark and separator")
    return file


def read_derived(section: Section) -> tuple[DerivedColumn, ...]:
    """Read a mapping of derived columns, name to expression.

    Raises:
        ProfileError: An expression does not parse.
    """
    derived = []
    for name in section.values:
        text = section.required_text(name, "an expression over columns of the same file")
        columns_of(text, section.where(name))
        derived.append(DerivedColumn(name, text, section.where(name)))
    return tuple(derived)


def _renamed(section: Section) -> dict[str, str]:
    return {
        name: section.required_text(name, "the name the profile knows the column by")
        for name in section.values
    }


def _ignored(section: Section) -> dict[str, str]:
    return {
        name: section.required_text(name, "the reason why nobody maps this column")
        for name in section.values
    }


def _missing(section: Section) -> MissingRule:
    section.only(("columns", "equals", "when", "reason"))
    rule = MissingRule(
        columns=section.texts("columns"),
        equals=section.texts("equals"),
        when=section.text("when"),
        reason=section.required_text("reason", "why such a value is no measurement"),
        where=section.where(),
    )
    if not rule.columns:
        section.fail(None, "'columns' is missing: name the columns the rule is about")
    if not rule.equals and rule.when is None:
        section.fail(None, "say 'equals:' (values) or 'when:' (a condition), or both")
    if rule.when is not None:
        columns_of(rule.when, section.where("when"))
    return rule
