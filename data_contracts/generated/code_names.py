"""The allowed values of coded columns as names in Python, so that no code is typed twice.

A column whose contract says ``codes: <Name>`` gives a class of that name. ``make generated`` writes
``data_contracts/codes.py`` anew, and a test fails while it is out of date.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract

FILE = Path(__file__).parents[1] / "codes.py"
LONGEST = 100

OPENING = '''"""Codes that tables hold, by name: generated from the contracts, not written by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final
'''


def codes_module(contracts: Iterable[Contract]) -> str:
    """Return the text of ``data_contracts/codes.py``.

    Args:
        contracts: All contracts, in any order; a name is given by the first column that has it.
    """
    columns: dict[str, tuple[str, Column]] = {}
    for described in contracts:
        for column in described.columns:
            if column.codes is not None:
                columns.setdefault(column.codes, (described.name, column))
    parts = [_code_class(name, *columns[name]) for name in sorted(columns)]
    return "\n\n".join([OPENING, *parts])


def _code_class(name: str, table: str, column: Column) -> str:
    held = f"``{table}.{column.name}``"
    text = f'    """{column.description.rstrip(".")}: values of {held}."""'
    if len(text) > LONGEST:
        meaning = "\n".join(f"    {line}" for line in wrap(column.description, width=96))
        text = f'    """Values of {held}.\n\n{meaning}\n    """'
    values = [f'    {_constant(str(value))}: Final = "{value}"' for value in column.valid_values]
    return "\n".join([f"class {name}:", text, "", *values, ""])


def _constant(value: str) -> str:
    return re.sub(r"\W+", "_", value).upper()


def generated() -> dict[Path, str]:
    """Return what ``make generated`` writes: file -> text."""
    return {FILE: codes_module(map(contract, described_names()))}


if __name__ == "__main__":
    for file, text in generated().items():
        file.write_text(text, encoding="utf-8")
