"""The allowed values of coded columns as names in Python, so that no code is typed twice.

A column whose contract says ``codes: <Name>`` gives a class of that name: those of records, models
and findings in ``data_contracts/codes/records.py``, those of money in ``codes/money.py`` beside it,
those of a contract that says ``codes_module`` in the module it names. ``make generated`` writes
them anew, and a test fails while one is out of date.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract

ROOM = Path(__file__).parents[1] / "codes"
MONEY_SCHEMAS = frozenset({"economics", "history"})  # history is that of what was claimed

TITLES = {
    "records": "Codes of records, models and findings",
    "money": "Codes of what is priced and claimed",
    "stages": "Codes of what the stages' own records say",
    "tier_evidence": "Codes of protocols and evidence",
}
LONGEST_LINE = 100
OPENING = '''"""{title}, by name: generated from the contracts, not by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final
'''


def codes_modules(contracts: Iterable[Contract]) -> dict[str, str]:
    """Return the modules of codes, by name of the file.

    Args:
        contracts: All contracts, in any order; a name is given by the first column that has it.
    """
    columns: dict[str, tuple[str, Column]] = {}
    homes: dict[str, str] = {}
    for described in contracts:
        for column in described.columns:
            if column.codes is not None:
                columns.setdefault(column.codes, (described.name, column))
                homes.setdefault(column.codes, _module_of(described))
    modules = {}
    for module, title in TITLES.items():
        own = sorted(name for name, home in homes.items() if home == module)
        classes = [_code_class(name, *columns[name]) for name in own]
        modules[f"{module}.py"] = "\n\n".join([OPENING.format(title=title), *classes])
    return modules


def _module_of(described: Contract) -> str:
    by_schema = "money" if described.schema in MONEY_SCHEMAS else "records"
    return described.codes_module or by_schema


def _code_class(name: str, table: str, column: Column) -> str:
    head = f'    """Values of ``{table}.{column.name}``'
    text = f'{head}: {column.description[:1].lower()}{column.description[1:]}"""'
    if len(text) > LONGEST_LINE:
        meaning = "\n".join(f"    {line}" for line in wrap(column.description, width=96))
        text = f'{head}.\n\n{meaning}\n    """'
    values = [f'    {_constant(str(value))}: Final = "{value}"' for value in column.valid_values]
    return "\n".join([f"class {name}:", text, "", *values, ""])


def _constant(value: str) -> str:
    return re.sub(r"\W+", "_", value).upper()


def generated() -> dict[Path, str]:
    """Return what ``make generated`` writes: file -> text."""
    modules = codes_modules(map(contract, described_names()))
    return {ROOM / file: text for file, text in modules.items()}


if __name__ == "__main__":
    for file, text in generated().items():
        file.write_text(text, encoding="utf-8")
