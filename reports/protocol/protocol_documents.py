"""What a frozen protocol says, and what came of it, as documents."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data_contracts.codes.tier_evidence import (
    EvidenceChallenge,
    EvidenceComparison,
    EvidenceTier,
    EvidenceVerdict,
)
from reports.pages.decision.parts import text_of
from reports.pages.facts import Facts
from reports.protocol.document import DocumentPart, EvidenceDocument, Table, signatures

SHORT = 12
SETTING = "setting "
NOTHING_CHANGED = (
    "Criteria, data, split, settings, roles and what is tested are as they were frozen: a run "
    "refuses where anything is not."
)
TIER_NAMES = {
    EvidenceTier.TIER_1: "Tier 1, monitoring and alerting",
    EvidenceTier.TIER_2: "Tier 2, automated inspection and measurement",
    EvidenceTier.TIER_3: "Tier 3, process control and optimisation",
    EvidenceTier.OWN_RECORDS: "Self-test on own records",
}
ROLES = {"author": "Author", "runs": "Runs it", "quality_unit": "Quality unit"}
SPLITS = {"built": "what is tested was made from it", "held_out": "held out"}
COMPARISONS = {EvidenceComparison.AT_LEAST: "at least", EvidenceComparison.AT_MOST: "at most"}
NOBODY = (
    "A simulated plant froze, approved and ran this by itself, to show the path. No person stands "
    "behind it, and it is evidence of nothing about any real plant."
)
# What each challenge cannot show, whatever comes of it.
LIMITS = {
    EvidenceChallenge.EXCURSIONS: (
        "Injected excursions are not real ones: kinds, sizes and readings that were not injected, "
        "or that the curves list as never seen, are not covered. Batches are those on record."
    ),
    EvidenceChallenge.PANEL: (
        "It holds for the classes and sizes of the panel. A defect no class stands for is not "
        "covered, and a panel that was easy shows less than its numbers say."
    ),
    EvidenceChallenge.BOUNDED_BEHAVIOUR: (
        "It shows that the recommendation keeps its bounds, not that the window prevents failures. "
        "A failed sensor may lie inside the hull; the recommendation is then the same as without "
        "it. The worst was searched for and not proven."
    ),
    EvidenceChallenge.PLANTED_CAUSES: (
        "Planted causes are linear and act on recorded margins. It says what this study would have "
        "found, not what is there."
    ),
}


def protocol_document(row: Mapping[str, Any]) -> EvidenceDocument:
    """Return a protocol.

    Args:
        row: Of ``evidence.protocols``.
    """
    subject, roles = json.loads(row["subject"]), json.loads(row["roles"])
    tested = {name: value for name, value in subject.items() if not name.startswith(SETTING)}
    settings = {
        name.removeprefix(SETTING): value for name, value in subject.items() if name not in tested
    }
    return EvidenceDocument(
        name=f"{row['name']}-protocol",
        kind=f"Protocol. {TIER_NAMES[row['tier']]}",
        title=row["title"],
        standing=_standing(row),
        running=_running(row, "Protocol"),
        notes=(NOBODY,) if row["is_demonstration"] else (),
        parts=(
            DocumentPart("1. Intended use (question of interest)", (row["intended_use"],)),
            DocumentPart("2. Context of use", (row["context_of_use"],)),
            DocumentPart("3. Risk", (row["risk"],)),
            DocumentPart(
                "4. What is tested, as frozen",
                ("A change of any of it is another version, which needs a report of its own.",),
                _pairs("What", "Value at the freeze", {"protocol": row["protocol_id"], **tested}),
            ),
            DocumentPart("5. Data and their split", _data_words(row), _data(row)),
            DocumentPart(
                "6. How it is carried out",
                ("Settings, frozen with the rest.",),
                _pairs("Setting", "Value", settings),
            ),
            DocumentPart(
                "7. Acceptance criteria",
                ("Written down and hashed before anything was scored. All must be met.",),
                _criteria(row),
            ),
            DocumentPart("8. Roles", (), _pairs("Role", "Name", _named(roles))),
            DocumentPart("9. Deviations of the site from the usual form", (row["deviations"],)),
            signatures(*_named(roles).items()),
        ),
    )  # fmt: skip


def report_document(
    facts: Facts,
    row: Mapping[str, Any],
    results: list[dict[str, Any]],
    trail: list[dict[str, Any]],
) -> EvidenceDocument:
    """Return the report of the last run of a protocol.

    Args:
        facts: Claims, for every figure.
        row: Of ``evidence.protocols``.
        results: Its rows of ``evidence.results``, last run alone.
        trail: Its rows of ``evidence.audit_trail``.
    """
    met = sum(each["verdict"] == EvidenceVerdict.MET for each in results)
    is_met = met == len(results)
    roles = json.loads(row["roles"])
    return EvidenceDocument(
        name=f"{row['name']}-report",
        kind=f"Report. {TIER_NAMES[row['tier']]}",
        title=row["title"],
        standing=f"{met} of {len(results)} criteria met. {_standing(row)}",
        running=_running(row, "Report"),
        notes=(NOBODY,) if row["is_demonstration"] else (),
        is_met=is_met,
        parts=(
            DocumentPart("1. Results", (), _results(facts, results)),
            DocumentPart("2. What was counted", tuple(_counted(facts, each) for each in results)),
            DocumentPart(
                "3. Deviations from the protocol",
                (
                    f"Stated by the site: {row['deviations']}",
                    NOTHING_CHANGED,
                ),
            ),
            DocumentPart("4. Limits", (LIMITS[row["challenge"]],)),
            DocumentPart("5. Conclusion", (_conclusion(row, results, is_met=is_met),)),
            DocumentPart(
                "6. Audit trail",
                ("Each entry carries the hash of the one before; lotwise verify asks them all.",),
                _trail(trail),
            ),
            signatures(*_named(roles).items()),
        ),
    )


def _standing(row: Mapping[str, Any]) -> str:
    frozen = f"Frozen by {row['frozen_by']} on {_day(row['frozen_at'])}"
    if row["approved_by"] is None:
        return f"{frozen}; not approved yet."
    return f"{frozen}, approved by {row['approved_by']} on {_day(row['approved_at'])}."


def _running(row: Mapping[str, Any], kind: str) -> str:
    return f"{kind} {row['protocol_id'][:SHORT]}, {row['title']}"


def _data_words(row: Mapping[str, Any]) -> tuple[str, ...]:
    if not json.loads(row["data"]):
        return ("It rests on no data.",)
    return ("SHA-256 of content, provenance left out. Another content makes the run refuse.",)


def _data(row: Mapping[str, Any]) -> Table:
    rows = tuple(
        (each["name"], SPLITS[each["split"]], f"{each['rows']:,}", each["sha256"])
        for each in json.loads(row["data"])
    )
    return Table(("Table or file", "Split", "Rows", "SHA-256"), rows, (1.4, 1.2, 0.6, 2.2))


def _criteria(row: Mapping[str, Any]) -> Table:
    said = json.loads(row["acceptance_criteria"])
    rows = tuple(
        (each["title"], f"{COMPARISONS[each['comparison']]} {_bound(each)}", name)
        for name, each in said.items()
    )
    return Table(("What is to be shown", "Bound", "Criterion"), rows, (2.4, 1.2, 1.4))


def _bound(said: Mapping[str, Any]) -> str:
    unit = said["unit"]
    return f"{said['bound']:.0%}" if unit == "share" else f"{said['bound']:g} {unit}"


def _results(facts: Facts, results: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (
            each["title"],
            f"{COMPARISONS[each['comparison']]} {_bound(each)}",
            text_of(facts, "evidence.found", _key(each)) if each["value"] is not None else "none",
            "" if each["n"] is None else f"{each['n']:,}",
            text_of(facts, "evidence.verdict", _key(each)),
        )
        for each in results
    )
    columns = ("What was to be shown", "Bound", "Found", "Of", "Verdict")
    return Table(columns, rows, (2.2, 1.1, 1.3, 0.7, 0.9))


def _counted(facts: Facts, result: Mapping[str, Any]) -> str:
    return f"{result['title']}: {text_of(facts, 'evidence.reason', _key(result))}"


def _key(result: Mapping[str, Any]) -> str:
    return "/".join(
        (result["protocol_id"][:SHORT], str(result["run_of_protocol"]), result["criterion"])
    )


def _conclusion(row: Mapping[str, Any], results: list[dict[str, Any]], *, is_met: bool) -> str:
    if is_met:
        said = (
            "Every criterion that was frozen is met, for what was frozen and within the limits "
            "above."
        )
        lever = f" The lever '{row['lever']}' has the evidence of its tier." if row["lever"] else ""
        return (
            f"{said}{lever} Whether it is adequate for its context of use is for the quality unit."
        )
    missed = "; ".join(each["title"] for each in results if each["verdict"] != EvidenceVerdict.MET)
    return (
        f"Not every criterion is met: {missed}. The evidence of the tier is still owed, and "
        "nothing that rests on it is counted."
    )


def _trail(trail: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (str(each["entry"]), each["action"], each["who"], _instant(each["done_at"]),
         each["entry_hash"][:SHORT])
        for each in trail
    )  # fmt: skip
    return Table(("Entry", "What", "Who", "When (UTC)", "Seal"), rows, (0.5, 0.8, 1.6, 1.3, 1.1))


def _named(roles: Mapping[str, str]) -> dict[str, str]:
    ordered = {name: roles[name] for name in ROLES if name in roles}
    every = {**ordered, **roles}
    titles = {name: ROLES.get(name, name.replace("_", " ").capitalize()) for name in every}
    return {titles[name]: who for name, who in every.items()}


def _pairs(left: str, right: str, said: Mapping[str, Any]) -> Table:
    rows = tuple((name.replace("_", " "), _plain(value)) for name, value in said.items())
    return Table((left, right), rows, (1.0, 2.2))


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _day(instant: datetime | None) -> str:
    return "an unknown day" if instant is None else instant.strftime("%Y-%m-%d")


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S")
