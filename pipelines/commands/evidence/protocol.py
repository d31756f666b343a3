"""``lotwise protocol``: draft the protocols that tiers owe, run a frozen one, or list them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import UsageError, WarehouseError
from data_contracts.untrusted.inert_text import visible
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say

if TYPE_CHECKING:
    from assets.tier_evidence.drafting.drafts import DraftRecords
    from assets.tier_evidence.freezing import ReadTable
    from warehouse.published_copy.published import PublishedWarehouse

SELF_TEST = "self-test"
TIERS = ("1", "2", "3", SELF_TEST)
_LEVERS = """
SELECT lever, title, kind, tier, basis, reason FROM economics.levers WHERE tier = ? ORDER BY lever
"""


def command(
    draft: Annotated[bool, typer.Option("--draft", help="Draft from the last run.")] = False,
    tier: Annotated[str | None, typer.Option("--tier", help="1, 2, 3 or self-test.")] = None,
    lever: Annotated[
        str | None, typer.Option("--lever", help="Only of this lever, as in economics.levers.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the drafts; printed if not given.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", help="Run the protocol that was frozen from this file.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="Of a panel: CSV of what was made of it.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who runs it.")] = None,
    home: HomeOption = None,
) -> None:
    """Draft, run or list protocols of evidence; without --draft or --run they are listed."""
    if draft and run is not None:
        raise UsageError("Say --draft or --run, not both.")
    if draft:
        _draft(tier, lever, out, home)
    elif run is not None:
        _run(run, by, results, home)
    else:
        _list(home)


def _draft(tier: str | None, lever: str | None, out: Path | None, home: Path | None) -> None:
    from pipelines.commands.evidence.last_run import last_run

    if tier not in TIERS:
        raise UsageError(f"Say for which tier: --tier {', '.join(TIERS)}.")
    with last_run(home) as (conduct, published):
        texts = _texts(published, conduct.read, tier, lever)
    for name, text in texts.items():
        if out is None:
            typer.echo(visible(text))
            continue
        folder = out / name
        if folder.exists():
            raise UsageError(f"{folder} exists: name another folder, or move it away.")
        folder.mkdir(parents=True)
        file = folder / "protocol.yaml"
        file.write_text(text, encoding="utf-8")
        say(f"{file}: read it, name the roles, then 'lotwise freeze {file} --by NAME'.")
        _write_panel(file)


def _write_panel(file: Path) -> None:
    """Write the panel a draft asks for, to be filled in with the parts there are."""
    from assets.tier_evidence.drafting.drafts import panel_template
    from data_contracts.tier_protocol.reader import read_protocol

    settings = read_protocol(file).settings
    if "panel" in settings:
        panel = file.parent / str(settings["panel"])
        panel.write_text(panel_template(int(settings["parts_per_class"])), encoding="utf-8")
        say(f"{panel}: the parts of the panel; name your own, and their classes.")


def _texts(
    published: "PublishedWarehouse", read: "ReadTable", tier: str, lever: str | None
) -> dict[str, str]:
    from assets.tier_evidence.drafting.drafts import self_test_draft

    if tier == SELF_TEST:
        return {"self_test": self_test_draft()}
    rows = published.query(_LEVERS, int(tier)).to_dicts()
    known = {row["lever"]: row for row in rows}
    if lever is not None and lever not in known:
        raise UsageError(f"No lever '{lever}' of tier {tier}; there are: {', '.join(known)}.")
    chosen = [known[lever]] if lever else [row for row in rows if row["basis"] != "refused"]
    records, texts = _draft_records(read), {}
    for row in chosen:
        text = _text_of(row, records)
        if text is not None:
            texts[row["lever"]] = text
    if not texts:
        raise UsageError(
            f"No lever of tier {tier} is supported by the records, so there is nothing to make "
            "evidence for; 'lotwise sql \"SELECT lever, reason FROM economics.levers\"' says why. "
            "Name one with --lever to draft its protocol all the same."
        )
    return texts


def _text_of(row: dict[str, object], records: "DraftRecords") -> str | None:
    from assets.tier_evidence.drafting.drafts import bounded_draft, excursions_draft, panel_draft
    from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
    from data_contracts.codes.tier_evidence import EvidenceChallenge

    lever, title, tier = str(row["lever"]), str(row["title"]), int(str(row["tier"]))
    challenge = LEVER_KINDS[str(row["kind"])].challenge
    if challenge == EvidenceChallenge.EXCURSIONS:
        return excursions_draft(lever, title, tier)
    if challenge == EvidenceChallenge.PANEL:
        return panel_draft(lever, title, tier, records)
    if challenge == EvidenceChallenge.BOUNDED_BEHAVIOUR:
        return bounded_draft(lever, tier, records)
    return None


def _draft_records(read: "ReadTable") -> "DraftRecords":
    from assets.tier_evidence.defs import DRAFTED
    from assets.tier_evidence.drafting.drafts import DraftRecords
    from data_contracts.catalogue import contract

    frames = {}
    for name in DRAFTED:
        frame = read(name)
        if frame is None:
            raise WarehouseError(f"The last run does not hold {name}: run it again.")
        frames[contract(name).table] = frame
    return DraftRecords(**frames)


def _run(file: Path, by: str | None, results: Path | None, home: Path | None) -> None:
    from pipelines.commands.evidence.last_run import last_run

    if not by or not by.strip():
        raise UsageError("Say who runs it: --by NAME.")
    with last_run(home) as (conduct, _):
        rows = conduct.run(file, by.strip(), results)
    for row in rows:
        say(f"{row['verdict'].replace('_', ' '):15} {row['criterion']}: {row['reason']}")
    say("Noted. The next 'lotwise run' or 'lotwise nightly' takes it into tables and programme.")


def _list(home: Path | None) -> None:
    from assets.tier_evidence.trail.protocols import protocols, results
    from pipelines.commands.evidence.last_run import last_run

    with last_run(home) as (conduct, _):
        trail = conduct.trail
    known, found = protocols(trail), results(trail)
    for row in known.sort("frozen_at").iter_rows(named=True):
        own = found.filter(found["protocol_id"] == row["protocol_id"])
        last = own.filter(own["run_of_protocol"] == (own["run_of_protocol"].max() or 0))
        met = int((last["verdict"] == "met").sum())
        state = f"{met} of {last.height} criteria met" if last.height else "not run"
        approved = f"approved by {row['approved_by']}" if row["approved_by"] else "not approved"
        say(f"{row['protocol_id'][:12]}  {row['title']}: {approved}, {state}.")
    if known.is_empty():
        say("No protocol is frozen. 'lotwise protocol --draft --tier 3' drafts one.")
