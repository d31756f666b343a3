"""The evidence a simulated plant makes for itself, so that its report shows the whole path.

It is frozen, approved and run by nobody, and says so wherever it is named: it is evidence of
nothing. A real source is never demonstrated; people freeze, approve and run its protocols.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assets.tier_evidence.conduct import Conduct
from assets.tier_evidence.drafting.draft_text import TO_NAME
from assets.tier_evidence.drafting.drafts import (
    DEFECTIVE,
    PANEL_FILE,
    DraftRecords,
    bounded_draft,
    panel_draft,
    panel_template,
    window_of,
)
from assets.tier_evidence.trail.lever_standing import Evidence, lever_standing
from assets.tier_evidence.trail.protocols import DEMONSTRATION, protocols, results
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
from data_contracts.assumptions import Lever
from data_contracts.codes.tier_evidence import EvidenceChallenge, EvidenceStanding
from data_contracts.tier_protocol.reader import read_protocol

RESULTS_FILE = "results.csv"
NEAREST, FARTHEST, GAUGE_SPREAD = 0.1, 0.3, 0.02  # shares of the limit


def demonstrate(
    conduct: Conduct,
    levers: Sequence[Lever],
    outcomes: Sequence[str],
    records: DraftRecords,
    seed: int,
) -> list[str]:
    """Make the evidence that levers holding a window lack.

    Args:
        conduct: The trail, and what is in use.
        levers: The declared levers.
        outcomes: Outcomes they may act on.
        records: What drafts are made from.
        seed: Of the simulated panel.

    Returns:
        A sentence a protocol that was made.
    """
    trail = conduct.trail
    evidence = Evidence(trail, protocols(trail), results(trail))
    standing = lever_standing(levers, outcomes, evidence, conduct.in_use)
    shown = {EvidenceStanding.SHOWN, EvidenceStanding.NOT_MET}
    done = dict(standing.select("lever", "standing").iter_rows())
    said = []
    for lever in levers:
        for outcome in outcomes:
            name = f"{lever.name}.{outcome}"
            if window_of(name, records.window_studies) is not None and done[name] not in shown:
                said.append(_made(conduct, lever, name, records, seed))
    return said


def _made(conduct: Conduct, lever: Lever, name: str, records: DraftRecords, seed: int) -> str:
    folder = conduct.home.demonstration_dir(conduct.source_key) / name
    folder.mkdir(parents=True, exist_ok=True)
    is_panel = LEVER_KINDS[lever.kind].challenge == EvidenceChallenge.PANEL
    text = (
        panel_draft(name, lever.title, lever.tier, records)
        if is_panel
        else bounded_draft(name, lever.tier, records)
    )
    file = folder / "protocol.yaml"
    file.write_text(str(text).replace(TO_NAME, DEMONSTRATION), encoding="utf-8")
    found = _panel(folder, file, name, records, seed) if is_panel else None
    frozen = conduct.freeze(file, DEMONSTRATION)
    conduct.approve(frozen.protocol_id, DEMONSTRATION)
    rows = conduct.run(file, DEMONSTRATION, found)
    met = sum(row["verdict"] == "met" for row in rows)
    return f"{frozen.content['title']}: {met} of {len(rows)} criteria met, by the demonstration."


def _panel(folder: Path, file: Path, name: str, records: DraftRecords, seed: int) -> Path:
    """Write a panel of lots beside the limit, and what a gauge that errs makes of it."""
    settings = read_protocol(file).settings
    template = panel_template(int(settings["parts_per_class"]))
    (folder / PANEL_FILE).write_text(template, encoding="utf-8")
    study = window_of(name, records.window_studies) or {}
    is_upper = study["window_high"] is not None
    limit = float(study["window_high"] if is_upper else study["window_low"])
    rng = np.random.default_rng(seed)
    lines = ["part,appraiser,kind,trial,rejected"]
    for row in template.splitlines()[1:]:
        part, _, own = row.partition(",")
        beyond = (1 if own == DEFECTIVE else -1) * (1 if is_upper else -1)
        true = limit + beyond * abs(limit) * float(rng.uniform(NEAREST, FARTHEST))
        for trial in range(1, int(settings["replicates"]) + 1):
            read = true + abs(limit) * GAUGE_SPREAD * float(rng.standard_normal())
            is_rejected = read > limit if is_upper else read < limit
            lines.append(f"{part},gauge,machine,{trial},{'yes' if is_rejected else 'no'}")
    found = folder / RESULTS_FILE
    found.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found
