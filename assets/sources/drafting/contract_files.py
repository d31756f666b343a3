"""Files whose columns already carry the contracts' names, or nearly: one mapping each."""

from dataclasses import dataclass
from typing import Final

from assets.sources.drafting.looking.glossary import PROCESS_STAGE, RESULT_STAGE, SYNONYMS
from assets.sources.drafting.looking.looks import FileLook
from assets.sources.drafting.looking.names import snake_case
from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Contract
from data_contracts.profile_schema.mapping import READINGS

FEWEST: Final = 2
SHARE: Final = 0.5  # of a file's columns that must have a target
# What a table needs and an export of one kind of record seldom says.
_GUESSED: Final[dict[str, dict[str, object]]] = {
    "raw.lab_results": {"sample_no": 1, "stage": RESULT_STAGE},
    "raw.parameters": {"stage": PROCESS_STAGE},
    "raw.material_lots": {"supplier": "not_stated"},
    "raw.material_usage": {"supplier": "not_stated", "stage": 2},
    "raw.material_attributes": {"supplier": "not_stated"},
}


@dataclass(frozen=True)
class ContractFile:
    """A file that is one raw table.

    Attributes:
        look: The file.
        table: ``raw.<table>``.
        same: Columns that have their target's name.
        renamed: Target to column, where it has another name.
        constants: Target to value, where the file does not say it.
        unused: Columns without a target.
    """

    look: FileLook
    table: str
    same: tuple[str, ...]
    renamed: dict[str, str]
    constants: dict[str, object]
    unused: tuple[str, ...]


def contract_file(look: FileLook) -> ContractFile | None:
    """Return the raw table a file holds, None where it holds none as it stands."""
    found = [
        matched
        for name in described_names("raw")
        if (matched := _matched(look, contract(name))) is not None
    ]
    return max(found, key=_quality, default=None)


def _quality(found: ContractFile) -> tuple[int, int]:
    return len(found.same) + len(found.renamed), -len(found.constants)


def _matched(look: FileLook, described: Contract) -> ContractFile | None:
    targets = [column.name for column in described.columns if not column.is_provenance]
    same = tuple(column for column in look.header if column in targets)
    renamed: dict[str, str] = {}
    for column in look.header:
        if column not in same:
            target = _target(snake_case(column), targets, {*same, *renamed})
            if target is not None:
                renamed[target] = column
    required = {
        column.name
        for column in described.columns
        if column.is_required and not column.is_provenance and column.default is None
    }
    if described.name == READINGS:
        required.add("value")
    missing = required - {*same, *renamed}
    guessed = _GUESSED.get(described.name, {})
    matched = len(same) + len(renamed)
    if missing - set(guessed) or matched < max(FEWEST, SHARE * len(look.header)):
        return None
    used = {*same, *renamed.values()}
    return ContractFile(
        look=look,
        table=described.name,
        same=same,
        renamed=renamed,
        constants={name: guessed[name] for name in sorted(missing)},
        unused=tuple(column for column in look.header if column not in used),
    )


def _target(name: str, targets: list[str], taken: set[str]) -> str | None:
    if name in targets and name not in taken:
        return name
    fitting = [target for target, names in SYNONYMS.items() if name in names]
    return next((t for t in fitting if t in targets and t not in taken), None)
