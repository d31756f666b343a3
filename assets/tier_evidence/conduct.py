"""How a protocol is conducted: frozen, approved by somebody else, and run on what was frozen.

Each step looks at the trail first and adds to it last, so that a refusal writes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assets.tier_evidence.drafting.draft_text import TO_NAME
from assets.tier_evidence.freezing import (
    ReadTable,
    file_digest,
    frozen_protocol,
    require_complete,
    require_unchanged,
)
from assets.tier_evidence.scoring.challenges import Scored, scored
from assets.tier_evidence.subject import InUse
from assets.tier_evidence.trail.protocols import DEMONSTRATION, frozen_protocols, protocols
from data_contracts.codes.tier_evidence import EvidenceAction
from data_contracts.errors import UsageError
from data_contracts.tier_protocol.entries import FrozenProtocol
from data_contracts.tier_protocol.reader import read_protocol
from warehouse.noted.audit_trail import add_to_trail, audit_trail, require_whole
from warehouse.paths import Home

SHORT = 12
FEWEST_DIGITS = 8


@dataclass(frozen=True)
class Conduct:
    """The trail of a source, and what the last run left to freeze and to look at.

    Attributes:
        home: The runtime home.
        source_key: The source.
        read: The tables of the last run.
        in_use: What is in use.
    """

    home: Home
    source_key: str
    read: ReadTable
    in_use: InUse

    @property
    def trail(self) -> pl.DataFrame:
        """The audit trail, whole.

        Raises:
            WarehouseError: It is not as it was sealed.
        """
        found = audit_trail(self.home, self.source_key)
        require_whole(found, self.home, self.source_key)
        return found

    def freeze(self, file: Path, by: str) -> FrozenProtocol:
        """Freeze a protocol as its file says it, on what is there now.

        Args:
            file: The protocol.
            by: Who freezes it.

        Raises:
            LotwiseError: It is wrong, names nobody in a role, rests on what is not there, or is
                frozen already.
        """
        said = read_protocol(file)
        unnamed = [role for role, name in said.roles.items() if name == TO_NAME]
        if unnamed:
            raise UsageError(
                f"{file.name} names nobody as {', '.join(unnamed)}: write a name under 'roles'."
            )
        frozen = frozen_protocol(said, self.read, self.in_use)
        require_complete(frozen)
        before = _row(self.trail, frozen.protocol_id)
        if before is not None:
            raise UsageError(
                f"It is frozen already, as {frozen.protocol_id[:SHORT]} by {before['frozen_by']} "
                f"on {before['frozen_at']:%Y-%m-%d}."
            )
        self._add(EvidenceAction.FROZEN, frozen.protocol_id, by, frozen.canonical.decode())
        return frozen

    def approve(self, named: str, by: str) -> Mapping[str, Any]:
        """Approve a frozen protocol.

        Args:
            named: Its name, of which the one frozen last counts, or the beginning of its id.
            by: Who approves it; another than who froze it.

        Returns:
            Its row of ``evidence.protocols`` as it was before.

        Raises:
            UsageError: There is none, it is approved already, or by whom it was frozen.
        """
        row = self.found(named)
        if row is None:
            raise UsageError(f"No protocol '{named}' was frozen in {self.home.root}.")
        if row["approved_by"] is not None:
            raise UsageError(f"'{row['title']}' is approved already, by {row['approved_by']}.")
        if by != DEMONSTRATION and by.casefold() == row["frozen_by"].casefold():
            raise UsageError(
                f"{by} froze this protocol: it is approved by somebody else, of the quality unit."
            )
        self._add(EvidenceAction.APPROVED, row["protocol_id"], by, "")
        return row

    def run(self, file: Path, by: str, results: Path | None = None) -> list[dict[str, Any]]:
        """Run a protocol, where everything is as it was frozen.

        Args:
            file: The protocol that was frozen.
            by: Who runs it.
            results: Of a panel, the CSV of what was made of it.

        Returns:
            A row a criterion.

        Raises:
            LotwiseError: It was not frozen or not approved, something was changed since, or what it
                looks at is not there; nothing is written.
        """
        trail = self.trail
        said = read_protocol(file)
        row = self.found(said.name)
        if row is None:
            raise UsageError(f"'{said.name}' was never frozen: 'lotwise freeze' comes first.")
        frozen = frozen_protocols(trail)[row["protocol_id"]]
        require_unchanged(frozen, frozen_protocol(said, self.read, self.in_use))
        if row["approved_by"] is None:
            raise UsageError(
                f"'{said.title}' is frozen and not approved: "
                f"'lotwise approve {row['protocol_id'][:SHORT]} --by NAME' comes first."
            )
        rows = scored(Scored(frozen, row["frozen_at"], self.read, file.parent, results))
        read = {} if results is None else {results.name: file_digest(results)}
        ran = json.dumps({"criteria": rows, "files": read}, ensure_ascii=False)
        self._add(EvidenceAction.RAN, frozen.protocol_id, by, ran)
        return rows

    def found(self, named: str) -> Mapping[str, Any] | None:
        """Return a protocol by name, the one frozen last, or by the beginning of its id."""
        trail = self.trail
        known = protocols(trail)
        ids = known.filter(pl.col("name") == named)["protocol_id"].to_list()
        if not ids and len(named) >= FEWEST_DIGITS:
            ids = [each for each in known["protocol_id"] if each.startswith(named)]
        in_order = [key for key in frozen_protocols(trail) if key in ids]
        return _row(trail, in_order[-1]) if in_order else None

    def _add(self, action: str, protocol_id: str, by: str, what: str) -> None:
        entry = {"action": action, "protocol_id": protocol_id, "who": by, "what": what}
        add_to_trail(self.home, self.source_key, [entry])


def _row(trail: pl.DataFrame, protocol_id: str) -> dict[str, Any] | None:
    own = protocols(trail).filter(pl.col("protocol_id") == protocol_id)
    return own.row(0, named=True) if own.height else None
