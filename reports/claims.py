"""What is claimed: every figure of a report as an id, a SQL query, a unit and a way of writing it.

The claims stand in ``claims/*.yaml``; here they are read and evaluated. A query returns one row
(one claim) or one row per ``key`` (a family: ``verdict.auc[failure/5]``). How a claim looks on a
page is said in the templates, whether a page still tells the truth in ``verification``.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from data_contracts.catalogue import SCHEMAS, contract
from data_contracts.errors import LotwiseError
from data_contracts.tables import table
from data_contracts.yaml_loader import SAFE_LOADER
from reports.formats import FORMAT_NAMES, WrittenFigure, write

Query = Callable[[str], pl.DataFrame]

CLAIMS_DIR = Path(__file__).parent / "claims"
BASES = ("evidence", "arithmetic", "count")
# Still being written while the claims are judged, so its content cannot be part of their inputs.
OPEN_ACCOUNTS = frozenset({"evidence.contract_results"})

_TABLE = re.compile(rf"\b(?:{'|'.join(SCHEMAS)})\.[a-z_0-9]+\b")
_LITERAL = re.compile(r"'[^']*'")  # a table's name in quotes is not a table read
_FIELDS = {"id", "statement", "sql", "unit", "format", "basis", "made_of"}
OWN_KEY = "$key"  # in ``made_of``: the key of the member itself


class ClaimError(LotwiseError):
    """A claim is badly described or its query cannot be answered."""


def tables_read(sql: str) -> frozenset[str]:
    """Return the ``schema.table`` names a query mentions."""
    return frozenset(_TABLE.findall(_LITERAL.sub("''", sql)))


@dataclass(frozen=True)
class Definition:
    """One claim, or one family of claims.

    Attributes:
        claim_id: Its name, e.g. ``verdict.auc``.
        statement: A sentence with ``{value}``, and ``{key}``, ``{label}``, ``{unit}`` in a family.
        sql: Query with the columns value, and optionally key, label, low, high, unit, basis.
        unit: Unit of the value; a ``unit`` column of the query wins over it.
        format: One of ``reports.formats.FORMAT_NAMES``.
        basis: ``evidence``, ``arithmetic`` (follows from assumptions) or ``count``; a ``basis``
            column of the query wins over it.
        made_of: The claims that a product or sum is made of, as ``made_of`` reads it; a
            ``made_of`` column of the query wins over it. None for a figure that stands alone.
    """

    claim_id: str
    statement: str
    sql: str
    unit: str | None
    format: str
    basis: str
    made_of: str | None = None

    @property
    def tables(self) -> frozenset[str]:
        """The warehouse tables the query reads."""
        return tables_read(self.sql)


def _definition(entry: dict[str, Any], file: Path) -> Definition:
    where = f"{file.name}: claim '{entry.get('id', '?')}'"
    if unknown := set(entry) - _FIELDS:
        raise ClaimError(f"{where} has unknown fields {sorted(unknown)}; known: {sorted(_FIELDS)}.")
    if missing := {"id", "statement", "sql", "format", "basis"} - set(entry):
        raise ClaimError(f"{where} lacks {sorted(missing)}; add them.")
    if entry["format"] not in FORMAT_NAMES:
        raise ClaimError(f"{where}: format must be one of {sorted(FORMAT_NAMES)}.")
    if entry["basis"] not in BASES:
        raise ClaimError(f"{where}: basis must be one of {list(BASES)}.")
    return Definition(
        claim_id=entry["id"],
        statement=entry["statement"],
        sql=entry["sql"].strip(),
        unit=entry.get("unit"),
        format=entry["format"],
        basis=entry["basis"],
        made_of=entry.get("made_of"),
    )


@cache
def definitions() -> dict[str, Definition]:
    """Read every claim of ``claims/*.yaml``, by id.

    Raises:
        ClaimError: A claim is badly described or an id is used twice.
    """
    found: dict[str, Definition] = {}
    for file in sorted(CLAIMS_DIR.glob("*.yaml")):
        for entry in yaml.load(file.read_text(encoding="utf-8"), Loader=SAFE_LOADER):
            definition = _definition(entry, file)
            if definition.claim_id in found:
                raise ClaimError(f"{file.name}: the id '{definition.claim_id}' is used twice.")
            found[definition.claim_id] = definition
    return found


def claim_id(name: str, key: str | None = None) -> str:
    """Return the id of a claim, or of one member of a family."""
    return name if key is None else f"{name}[{key}]"


def definition_of(full_id: str) -> Definition:
    """Return the definition a claim id belongs to.

    Raises:
        ClaimError: No claim is defined under this id.
    """
    name = full_id.partition("[")[0]
    if name not in definitions():
        raise ClaimError(f"No claim is named '{name}' in reports/claims.")
    return definitions()[name]


def written(
    full_id: str, value: object, low: float | None, high: float | None, unit: str | None
) -> WrittenFigure:
    """Write a claim's value the way its definition says."""
    return write(definition_of(full_id).format, value, low, high, unit)


def tables_present(query: Query) -> frozenset[str]:
    """Return the ``schema.table`` names that exist behind ``query``."""
    listed = query(
        "SELECT DISTINCT concat_ws('.', table_schema, table_name) AS name "
        "FROM information_schema.tables"
    )
    return frozenset(listed["name"].to_list())


def _content_hash(query: Query, name: str) -> str:
    """Hash a table's contracted content, without provenance and whatever its row order."""
    columns = ", ".join(f'"{column}"' for column in contract(name).compared_columns)
    answer = query(f"SELECT count(*) AS n, CAST(sum(hash({columns})) AS VARCHAR) AS h FROM {name}")
    return f"{name}:{answer['n'][0]}:{answer['h'][0]}"


def _inputs_hash(tables: Iterable[str], hashes: dict[str, str]) -> str:
    joined = "\n".join(hashes[table] for table in sorted(tables))
    return sha256(joined.encode()).hexdigest()[:16]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _row(definition: Definition, row: dict[str, Any], inputs_hash: str) -> dict[str, Any]:
    key = row.get("key")
    unit = row.get("unit") or definition.unit
    low, high = _number(row.get("low")), _number(row.get("high"))
    shown = write(definition.format, row["value"], low, high, unit).full
    sql = definition.sql
    if key is not None:
        quoted = str(key).replace("'", "''")
        sql = f"SELECT * FROM (\n{definition.sql}\n) AS claim WHERE key = '{quoted}'"
    made_of = row.get("made_of") or definition.made_of
    return {
        "claim_id": claim_id(definition.claim_id, key),
        "statement": definition.statement.format(
            value=shown, key=key, label=row.get("label") or key, unit=unit or ""
        ),
        "sql": sql,
        "value_text": shown,
        "value": None if definition.format == "text" else _number(row["value"]),
        "unit": unit,
        "interval_low": low,
        "interval_high": high,
        "basis": row["basis"] if row.get("basis") in BASES else definition.basis,
        "inputs_hash": inputs_hash,
        "made_of": None if made_of is None else made_of.replace(OWN_KEY, str(key)),
    }


def evaluate(query: Query) -> pl.DataFrame:
    """Evaluate every claim whose tables exist.

    Args:
        query: Answers SQL from a warehouse, working or published.

    Returns:
        One row per claim in the shape of ``evidence.claims``, sorted by ``claim_id``. A claim over
        a table this source does not have is absent, not zero.

    Raises:
        ClaimError: A claim's query returns no ``value`` column, or one key twice.
    """
    present = tables_present(query)
    answerable = [d for d in definitions().values() if d.tables <= present]
    read = frozenset[str]().union(*(d.tables for d in answerable))
    hashes = {t: t if t in OPEN_ACCOUNTS else _content_hash(query, t) for t in sorted(read)}
    rows: list[dict[str, Any]] = []
    for definition in answerable:
        answer = query(definition.sql)
        if "value" not in answer.columns:
            raise ClaimError(f"The query of claim '{definition.claim_id}' has no column 'value'.")
        fingerprint = _inputs_hash(definition.tables, hashes)
        rows.extend(_row(definition, row, fingerprint) for row in answer.iter_rows(named=True))
    claims = table("evidence.claims", rows)
    if twice := claims.filter(pl.col("claim_id").is_duplicated())["claim_id"].unique().to_list():
        raise ClaimError(f"Claims made twice: {sorted(twice)[:5]}; their keys must be unique.")
    return claims
