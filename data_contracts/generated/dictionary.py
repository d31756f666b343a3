"""The data dictionary: contracts as pages an analyst can read, one per schema.

Here belongs the rendering only; every word comes from the contracts. ``python -m
data_contracts.generated.dictionary`` writes the pages anew (``make generated`` does it with the
rest), and a test fails while one is out of date.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract

FOLDER = Path(__file__).parents[2] / "docs" / "data_dictionary"

SCHEMA_WORDS = {
    "raw": "Records as received, typed, every delivered version kept.",
    "quarantine": "Records refused, with the rule each broke: received = accepted + refused.",
    "core": "Clean records as known on the as-of date: when it happened and when it was known.",
    "feature": "What is known about each batch at each gate, and what every feature means.",
    "model": "Predictions of batches not seen, their validation, their nulls, and the verdicts.",
    "finding": "What goes with failures or before them: drivers, rules, events, lives, escapes.",
    "economics": "Assumptions, the cost of failures, levers and scenarios.",
    "evidence": "Runs, inputs, contract results, criteria, refused features, claims and limits.",
    "history": "What every run has said, by its number, and what changed since the one before.",
    "mart": "What analysts begin with: batches, failures, drivers, flags, savings in plain words.",
}

INTRODUCTION = """# Data dictionary

Generated from the contracts in `data_contracts/`; change those, not these pages.

Instants are UTC without a zone. A key identifies a row. *Known* says from which of the seven stages
on a value can exist at all, and which column holds the instant from which it was known; a feature
may use it only where both allow. Conditions hold unless a column they name is null. Columns marked
*provenance* say where a row came from and are outside every comparison of contents.
"""


def dictionary_pages(contracts: Iterable[Contract]) -> dict[str, str]:
    """Return the pages of the data dictionary.

    Args:
        contracts: What to describe, in order; contracts of one schema must follow each other.

    Returns:
        File name -> Markdown: ``README.md`` with the schemas, and a page per schema with a table of
        columns per contract.
    """
    pages, lines = {}, [INTRODUCTION, "| schema | holds |", "| --- | --- |"]
    for schema, of_schema in groupby(contracts, key=lambda contract: contract.schema):
        described, page = list(of_schema), f"{schema}.md"
        links = ", ".join(f"[{one.table}](#{_anchor(one)})" for one in described)
        head = (
            f"# {schema}\n\n{SCHEMA_WORDS[schema]} [All schemas](README.md)\n\nTables: {links}.\n"
        )
        pages[page] = "\n".join([head, *map(_section, described)])
        lines.append(f"| [{schema}]({page}) | {SCHEMA_WORDS[schema]} |")
    return {"README.md": "\n".join([*lines, ""]), **pages}


def generated() -> dict[Path, str]:
    """Return what is written where: every page with its text."""
    pages = dictionary_pages(map(contract, described_names()))
    return {FOLDER / name: text for name, text in pages.items()}


def _heading(contract: Contract) -> str:
    kinds = {"view": " (view)", "file": " (Parquet files)"}
    return f"{contract.name}{kinds.get(contract.kind, '')}"


def _anchor(contract: Contract) -> str:
    """The name a heading gets as a link target: lower case, no punctuation, dashes for spaces."""
    kept = (c for c in _heading(contract).lower() if c.isalnum() or c in " _-")
    return "".join(kept).replace(" ", "-")


def _section(contract: Contract) -> str:
    lines = [f"## {_heading(contract)}", "", contract.description, ""]
    lines.append(f"- **One row:** {contract.grain}")
    if contract.key:
        lines.append(f"- **Key:** {', '.join(f'`{name}`' for name in contract.key)}")
    if contract.max_quarantine_share is not None:
        lines.append(
            f"- **Refused records:** a run stops past {contract.max_quarantine_share:.0%} of them"
        )
    lines += [f"- **{rule.name}:** {rule.description}" for rule in contract.rules]
    return "\n".join([*lines, "", *_columns(contract), ""])


def _columns(contract: Contract) -> list[str]:
    is_timed = any(column.available_at_stage for column in contract.columns)
    titles = ["column", "type", "unit", "allowed", *(["known"] if is_timed else []), "meaning"]
    rows = [titles, ["---"] * len(titles)]
    for column in contract.columns:
        known = [_known(column)] if is_timed else []
        name = f"`{column.name}`" + (" (key)" if column.is_key else "")
        allowed = _allowed(column)
        rows.append(
            [name, column.physical_type, column.unit or "", allowed, *known, _meaning(column)]
        )
    return ["| " + " | ".join(row) + " |" for row in rows]


def _meaning(column: Column) -> str:
    notes = []
    if column.is_provenance:
        notes.append("*Provenance.*")
    if column.defines_outcome:
        notes.append(f"*Defines the outcome `{column.defines_outcome}`.*")
    if column.joins:
        notes.append(f"*Joins {', '.join(f'`{target}`' for target in column.joins)}.*")
    return " ".join([column.description, *notes]).replace("|", "\\|")


def _allowed(column: Column) -> str:
    parts = []
    if column.valid_values:
        parts.append(", ".join(f"`{value}`" for value in column.valid_values))
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum:g} to {column.maximum:g}")
    elif column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    elif column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    if column.pattern is not None:
        parts.append(f"`{column.pattern}`")
    if column.default is not None:
        parts.append(f"else `{str(column.default).lower()}`")
    elif column.is_required:
        parts.append("required")
    return "; ".join(parts).replace("|", "\\|")


def _known(column: Column) -> str:
    if column.available_at_stage is None:
        return ""
    stage = f"stage {column.available_at_stage}"
    if column.stage_column:
        stage = "its stage"
    return f"{stage}, `{column.known_at}`" if column.known_at else stage


if __name__ == "__main__":
    for page, text in generated().items():
        page.write_text(text, encoding="utf-8")
