"""The data dictionary: contracts as a page an analyst can read.

Here belongs the rendering only; every word comes from the contracts. ``python -m
data_contracts.generated.dictionary > docs/data_dictionary.md`` writes the page anew, and a test
fails while it is out of date.
"""

from collections.abc import Iterable
from itertools import groupby

from data_contracts.contract import Column, Contract

SCHEMA_WORDS = {
    "raw": "Records as received, typed, every delivered version kept.",
    "quarantine": "Records refused, with the rule each broke: received = accepted + refused.",
    "core": "Clean records as known on the as-of date: when it happened and when it was known.",
    "feature": "What is known about each batch at each gate, and what every feature means.",
    "model": "Predictions of batches not seen, their validation, their nulls, and the verdicts.",
    "finding": "Drivers, their curves, and trends shown apart.",
    "economics": "Assumptions, the cost of failures, levers and scenarios.",
    "evidence": "Runs, inputs, contract results, criteria, refused features, claims and limits.",
}

INTRODUCTION = """# Data dictionary

Generated from the contracts in `data_contracts/`; change those, not this page.

Instants are UTC without a zone. A key identifies a row. *Known* says from which of the seven stages
on a value can exist at all, and which column holds the instant from which it was known; a feature
may use it only where both allow. Conditions hold unless a column they name is null. Columns marked
*provenance* say where a row came from and are outside every comparison of contents.
"""


def dictionary_markdown(contracts: Iterable[Contract]) -> str:
    """Return the data dictionary page.

    Args:
        contracts: What to describe, in order; contracts of one schema must follow each other.

    Returns:
        Markdown: a section per schema, in it a table of columns per contract.
    """
    parts = [INTRODUCTION]
    for schema, described in groupby(contracts, key=lambda contract: contract.schema):
        parts.append(f"## {schema}\n\n{SCHEMA_WORDS[schema]}\n")
        parts += [_section(contract) for contract in described]
    return "\n".join(parts)


def _section(contract: Contract) -> str:
    kinds = {"view": " (view)", "file": " (Parquet files)"}
    lines = [f"### {contract.name}{kinds.get(contract.kind, '')}", "", contract.description, ""]
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
    from data_contracts.catalogue import contract, described_names

    print(dictionary_markdown(map(contract, described_names())), end="")
