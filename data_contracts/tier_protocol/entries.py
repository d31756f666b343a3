"""What a protocol says, as frozen values, and the canonical bytes that are hashed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from data_contracts.codes.tier_evidence import EvidenceComparison

NONE_STATED = "None stated."
SPLITS = ("built", "held_out")
ROLES = ("author", "runs", "quality_unit")


@dataclass(frozen=True)
class Criterion:
    """One acceptance criterion.

    Attributes:
        criterion: Its name, as the challenge gives it.
        title: What is to be shown, in words.
        comparison: ``at_least`` or ``at_most``.
        bound: What the value must reach, or stay within.
        unit: Of both.
    """

    criterion: str
    title: str
    comparison: str
    bound: float
    unit: str

    def is_met(self, value: float) -> bool:
        """Tell whether a value meets the bound; NaN meets none."""
        if self.comparison == EvidenceComparison.AT_LEAST:
            return value >= self.bound
        return value <= self.bound


@dataclass(frozen=True)
class ProtocolData:
    """Data a protocol rests on.

    Attributes:
        name: ``schema.table`` of the warehouse, or a file beside the protocol.
        is_file: Whether it is a file.
        split: ``built`` (what is tested was made from it) or ``held_out``.
    """

    name: str
    is_file: bool
    split: str


@dataclass(frozen=True)
class TierProtocol:
    """One protocol as its file says it.

    Attributes:
        name: Its name, the same in every version.
        tier: An ``EvidenceTier``.
        challenge: An ``EvidenceChallenge``.
        lever: Lever and outcome it is for; None of a self-test.
        title: Title.
        intended_use: What is used, by whom, for which decision.
        context_of_use: Where, beside what, and what it may not be used for.
        risk: What a wrong answer would do.
        settings: How the challenge is carried out, name to number or text.
        data: What it rests on.
        criteria: What passes.
        roles: Role to name.
        deviations: Of the site, from the usual form.
        file: Where it stands.
    """

    name: str
    tier: str
    challenge: str
    lever: str | None
    title: str
    intended_use: str
    context_of_use: str
    risk: str
    settings: Mapping[str, float | str]
    data: tuple[ProtocolData, ...]
    criteria: tuple[Criterion, ...]
    roles: Mapping[str, str]
    deviations: str
    file: Path

    @property
    def content(self) -> dict[str, Any]:
        """Everything it says, plain, whatever the order and layout of its file."""
        return {
            "name": self.name,
            "tier": self.tier,
            "challenge": self.challenge,
            "lever": self.lever,
            "title": self.title,
            "intended_use": self.intended_use,
            "context_of_use": self.context_of_use,
            "risk": self.risk,
            "settings": dict(self.settings),
            "data": {each.name: each.split for each in self.data},
            "criteria": {
                each.criterion: {
                    "title": each.title,
                    "comparison": each.comparison,
                    "bound": each.bound,
                    "unit": each.unit,
                }
                for each in self.criteria
            },
            "roles": dict(self.roles),
            "deviations": self.deviations,
        }


@dataclass(frozen=True)
class FrozenProtocol:
    """A protocol with what it was frozen on.

    Attributes:
        content: ``TierProtocol.content``.
        subject: What is tested, name to value: model version, thresholds, window, code.
        data: Table or file, to its SHA-256 and rows.
    """

    content: Mapping[str, Any]
    subject: Mapping[str, str]
    data: Mapping[str, Mapping[str, Any]]

    @property
    def canonical(self) -> bytes:
        """Its bytes: JSON of sorted keys without blanks, UTF-8."""
        said = {"protocol": self.content, "subject": self.subject, "data": self.data}
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return text.encode()

    @property
    def protocol_id(self) -> str:
        """SHA-256 of its bytes, 64 hexadecimal digits.

        Examples:
            >>> FrozenProtocol({}, {}, {}).protocol_id[:8]
            '62691772'
        """
        return sha256(self.canonical).hexdigest()

    @property
    def criteria(self) -> list[Criterion]:
        """Its acceptance criteria, by name."""
        found = self.content["criteria"]
        return [Criterion(name, **found[name]) for name in sorted(found)]

    @classmethod
    def of_bytes(cls, canonical: bytes | str) -> "FrozenProtocol":
        """Read what ``canonical`` wrote."""
        said = json.loads(canonical)
        return cls(said["protocol"], said["subject"], said["data"])
