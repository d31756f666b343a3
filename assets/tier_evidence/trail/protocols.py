"""Protocols as they were frozen, and the results of their runs, read from the audit trail."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from data_contracts.codes.tier_evidence import EvidenceAction
from data_contracts.tables import table
from data_contracts.tier_protocol.entries import FrozenProtocol

PROTOCOLS, RESULTS = "evidence.protocols", "evidence.results"
# Who acts where a simulated plant makes its own evidence, so that nobody takes it for a person.
DEMONSTRATION = "the demonstration (no person)"
MODEL_PARTS = ("model_version", "window", "method")


def protocols(audit_trail: pl.DataFrame) -> pl.DataFrame:
    """Return every frozen protocol, with who froze and who first approved it.

    Args:
        audit_trail: ``evidence.audit_trail``.

    Returns:
        ``evidence.protocols``.
    """
    approved: dict[str, Mapping[str, Any]] = {}
    for entry in _of(audit_trail, EvidenceAction.APPROVED):
        approved.setdefault(entry["protocol_id"], entry)
    rows = [
        _protocol(entry, approved.get(entry["protocol_id"]))
        for entry in _of(audit_trail, EvidenceAction.FROZEN)
    ]
    return table(PROTOCOLS, rows)


def results(audit_trail: pl.DataFrame) -> pl.DataFrame:
    """Return what came of every run of every protocol.

    Args:
        audit_trail: ``evidence.audit_trail``.

    Returns:
        ``evidence.results``.
    """
    frozen = frozen_protocols(audit_trail)
    runs: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for entry in _of(audit_trail, EvidenceAction.RAN):
        key = entry["protocol_id"]
        runs[key] = runs.get(key, 0) + 1
        asked = frozen[key].content["criteria"]
        rows += [
            {
                "protocol_id": key,
                "run_of_protocol": runs[key],
                **{name: asked[one["criterion"]][name] for name in ("title", "comparison")},
                **{name: asked[one["criterion"]][name] for name in ("bound", "unit")},
                **one,
                "run_by": entry["who"],
                "run_at": entry["done_at"],
            }
            for one in json.loads(entry["what"])["criteria"]
        ]
    return table(RESULTS, rows)


def frozen_protocols(audit_trail: pl.DataFrame) -> dict[str, FrozenProtocol]:
    """Return every frozen protocol by its id, the first frozen first.

    Args:
        audit_trail: ``evidence.audit_trail``.
    """
    return {
        entry["protocol_id"]: FrozenProtocol.of_bytes(entry["what"])
        for entry in _of(audit_trail, EvidenceAction.FROZEN)
    }


def _of(audit_trail: pl.DataFrame, action: str) -> Iterator[dict[str, Any]]:
    own = audit_trail.filter(pl.col("action") == action).sort("entry")
    return own.iter_rows(named=True)


def _protocol(entry: Mapping[str, Any], approval: Mapping[str, Any] | None) -> dict[str, Any]:
    frozen = FrozenProtocol.of_bytes(entry["what"])
    said = frozen.content
    data = [
        {"name": name, "split": split, **frozen.data[name]} for name, split in said["data"].items()
    ]
    settings = {f"setting {name}": value for name, value in said["settings"].items()}
    return {
        "protocol_id": entry["protocol_id"],
        **{name: said[name] for name in ("name", "tier", "challenge", "lever", "title")},
        **{name: said[name] for name in ("intended_use", "context_of_use", "risk", "deviations")},
        "model_version": _model_version(frozen),
        "subject": _json({**frozen.subject, **settings}),
        "data": _json(data),
        "acceptance_criteria": _json(said["criteria"]),
        "roles": _json(said["roles"]),
        "is_demonstration": entry["who"] == DEMONSTRATION,
        "frozen_by": entry["who"],
        "frozen_at": entry["done_at"],
        "approved_by": approval["who"] if approval else None,
        "approved_at": approval["done_at"] if approval else None,
    }


def _model_version(frozen: FrozenProtocol) -> str:
    """What is tested, in a line: its window, model versions or method."""
    both = {**frozen.content["settings"], **frozen.subject}
    own = [str(both[name]) for name in sorted(both) if name.startswith(MODEL_PARTS)]
    return "; ".join(own) or "as its subject says"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
