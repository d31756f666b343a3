"""The allowed values of coded columns as names in Python, so that no code is typed twice.

A column whose contract says ``codes: <Name>`` gives a class of that name: those of records, models
and findings in ``data_contracts/codes/records.py``, those of money in ``codes/money.py`` beside it.
``make generated`` writes both anew, and a test fails while one is out of date.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract

ROOM = Path(__file__).parents[1] / "codes"
MONEY_SCHEMAS = frozenset({"economics", "history"})  # history is that of what was claimed

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
    for described in contracts:
        for column in described.columns:
            if column.codes is not None:
                columns.setdefault(column.codes, (described.name, column))
    of_money = {
        name for name, (table, _) in columns.items() if table.partition(".")[0] in MONEY_SCHEMAS
    }
    titles = {
        "records.py": ("Codes of records, models and findings", columns.keys() - of_money),
        "money.py": ("Codes of what is priced and claimed", of_money),
    }
    modules = {}
    for file, (title, own) in titles.items():
        classes = [_code_class(name, *columns[name]) for name in sorted(own)]
        modules[file] = "\n\n".join([OPENING.format(title=title), *classes])
    return modules


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
