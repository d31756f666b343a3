"""Reads and checks a protocol; every error says file, line and what to write instead."""

from pathlib import Path

from data_contracts.codes.tier_evidence import (
    EvidenceChallenge,
    EvidenceComparison,
    EvidenceTier,
)
from data_contracts.profile_schema.document import Section, read_document
from data_contracts.tier_protocol.entries import (
    NONE_STATED,
    ROLES,
    SPLITS,
    Criterion,
    ProtocolData,
    TierProtocol,
)

ROOT = (
    "protocol",
    "tier",
    "challenge",
    "lever",
    "title",
    "intended_use",
    "context_of_use",
    "risk",
    "settings",
    "data",
    "criteria",
    "roles",
    "deviations",
)
TIERS = (EvidenceTier.TIER_1, EvidenceTier.TIER_2, EvidenceTier.TIER_3, EvidenceTier.OWN_RECORDS)
CHALLENGES = (
    EvidenceChallenge.EXCURSIONS,
    EvidenceChallenge.PANEL,
    EvidenceChallenge.BOUNDED_BEHAVIOUR,
    EvidenceChallenge.PLANTED_CAUSES,
)


def read_protocol(file: Path) -> TierProtocol:
    """Read a protocol.

    Args:
        file: Its path.

    Raises:
        ProfileError: The file cannot be read, or something in it is not as it must be; the message
            names file, line and key.
    """
    root = read_document(file, "The protocol")
    root.only(ROOT)
    tier = root.choice("tier", TIERS, root.required_text("tier", f"one of {', '.join(TIERS)}"))
    asked = root.required_text("challenge", f"one of {', '.join(CHALLENGES)}")
    challenge = root.choice("challenge", CHALLENGES, asked)
    lever = root.text("lever")
    if lever is None and challenge != EvidenceChallenge.PLANTED_CAUSES:
        root.fail(None, "'lever' is missing: the lever and outcome, as in economics.levers")
    criteria = tuple(_criterion(each) for each in root.sections("criteria"))
    if not criteria:
        root.fail(None, "'criteria' is missing: list what passes, each with its bound")
    data = tuple(_data(each) for each in root.sections("data"))
    _once(root, "criteria", [each.criterion for each in criteria])
    _once(root, "data", [each.name for each in data])
    return TierProtocol(
        name=root.name("protocol", "the protocol's name, the same in every version"),
        tier=tier,
        challenge=challenge,
        lever=lever,
        title=root.required_text("title", "the title reports show"),
        intended_use=root.required_text("intended_use", "what is used, by whom, for what"),
        context_of_use=root.required_text("context_of_use", "where, and beside what"),
        risk=root.required_text("risk", "what a wrong answer would do"),
        settings=_settings(root.section("settings")),
        data=data,
        criteria=criteria,
        roles=_roles(root.section("roles")),
        deviations=root.text("deviations") or NONE_STATED,
        file=file,
    )


def _criterion(own: Section) -> Criterion:
    own.only(("criterion", "title", "comparison", "bound", "unit"))
    bound = own.number("bound")
    if bound is None:
        own.fail(None, "'bound' is missing: the number the value must reach or stay within")
    both = (EvidenceComparison.AT_LEAST, EvidenceComparison.AT_MOST)
    asked = own.required_text("comparison", f"one of {', '.join(both)}")
    return Criterion(
        criterion=own.name("criterion", "the name of what is judged"),
        title=own.required_text("title", "what is to be shown, in words"),
        comparison=own.choice("comparison", both, asked),
        bound=bound,
        unit=own.required_text("unit", "the unit of the bound"),
    )


def _data(own: Section) -> ProtocolData:
    own.only(("table", "file", "split"))
    table, file = own.text("table"), own.text("file")
    if (table is None) == (file is None):
        own.fail(None, "name one 'table' of the warehouse or one 'file' beside the protocol")
    asked = own.required_text("split", f"one of {', '.join(SPLITS)}")
    return ProtocolData(table or str(file), file is not None, own.choice("split", SPLITS, asked))


def _settings(own: Section) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for key, value in own.values.items():
        if isinstance(value, list):
            found[key] = ", ".join(own.texts(key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[key] = own.number(key) or 0.0
        else:
            found[key] = own.required_text(key, "a number or a text")
    return found


def _roles(own: Section) -> dict[str, str]:
    missing = [role for role in ROLES if not own.text(role)]
    if missing:
        own.fail(None, f"'{missing[0]}' is missing: every protocol names {', '.join(ROLES)}")
    return {key: own.required_text(key, "a name") for key in own.values}


def _once(root: Section, key: str, names: list[str]) -> None:
    for at, name in enumerate(names):
        if name in names[:at]:
            root.sections(key)[at].fail(None, f"'{name}' stands twice under '{key}'")
