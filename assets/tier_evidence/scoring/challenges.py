"""A frozen protocol scored: each challenge with the tables and files it looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

import polars as pl

from assets.tier_evidence.scoring.excursions import excursion_findings
from assets.tier_evidence.scoring.findings import Challenged, judged
from assets.tier_evidence.scoring.panel import panel_findings, read_panel
from assets.tier_evidence.scoring.planted_causes import planted_findings
from assets.tier_evidence.scoring.set_point import bounded_behaviour, recommended_policy
from data_contracts.codes.tier_evidence import EvidenceChallenge
from data_contracts.errors import UsageError, WarehouseError
from data_contracts.tier_protocol.entries import FrozenProtocol

ReadTable = Callable[[str], pl.DataFrame | None]


@dataclass(frozen=True)
class Scored:
    """What a run of a protocol may look at.

    Attributes:
        frozen: The protocol.
        frozen_at: When it was frozen, UTC: what is scored must have been measured since.
        read: The tables of the last run.
        folder: Where the files lie that the protocol names.
        results: Of a panel, the CSV of what was made of it.
    """

    frozen: FrozenProtocol
    frozen_at: datetime
    read: ReadTable
    folder: Path
    results: Path | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the protocol."""
        return dict(self.frozen.content["settings"])

    def table(self, name: str) -> pl.DataFrame:
        """Return a table that must be there.

        Raises:
            WarehouseError: The last run does not hold it.
        """
        frame = self.read(name)
        if frame is None:
            raise WarehouseError(f"The last run does not hold {name}: run it again.")
        return frame

    def require_since(self, measured: pl.Series, command: str) -> None:
        """Refuse what was measured before the protocol was frozen.

        Args:
            measured: Instants, UTC.
            command: What measures anew.

        Raises:
            UsageError: The first lies before the freeze.
        """
        first: Any = measured.min()
        if first is not None and first < self.frozen_at:
            raise UsageError(
                f"What would be scored was measured on {first:%Y-%m-%d %H:%M}, before the "
                f"protocol was frozen on {self.frozen_at:%Y-%m-%d %H:%M}. Run '{command}' again, "
                "then run the protocol. Nothing was written."
            )


def scored(asked: Scored) -> list[dict[str, Any]]:
    """Score a protocol.

    Args:
        asked: The protocol, and what may be looked at.

    Returns:
        A row a criterion, as the audit trail keeps them.

    Raises:
        LotwiseError: What it looks at is not there, or does not fit.
    """
    found = _CHALLENGES[asked.frozen.content["challenge"]](asked)
    return judged(asked.frozen.criteria, found)


def _bounded(asked: Scored) -> dict[str, Challenged]:
    settings = asked.settings
    window = recommended_window(asked.table("finding.window_studies"), asked.frozen)
    policy = recommended_policy(settings, window, asked.table("feature.gate_values"))
    states, seed = int(settings["states"]), int(settings.get("seed", 0))
    return bounded_behaviour(policy, states, seed, str(settings.get("unit", "units")))


def recommended_window(window_studies: pl.DataFrame, frozen: FrozenProtocol) -> tuple[float, float]:
    """Return the ends of the window the product recommends; infinite where open.

    Args:
        window_studies: ``finding.window_studies``.
        frozen: A protocol of a lever that holds a window.

    Raises:
        UsageError: No window is recommended for the lever any more.
    """
    lever, _, outcome = str(frozen.content["lever"]).partition(".")
    own = window_studies.filter(
        (pl.col("lever") == lever)
        & (pl.col("outcome") == outcome)
        & (pl.col("subject") == "as_recorded")
    )
    if own.is_empty():
        raise UsageError(f"No window is recommended for '{frozen.content['lever']}' any more.")
    low, high = own.select("window_low", "window_high").row(0)
    return -inf if low is None else float(low), inf if high is None else float(high)


def _panel(asked: Scored) -> dict[str, Challenged]:
    settings = asked.settings
    if asked.results is None:
        raise UsageError(
            "A panel is judged by what was made of it: name the CSV with --results FILE (columns "
            "part, appraiser, kind, trial, rejected)."
        )
    panel = asked.folder / str(settings["panel"])
    return panel_findings(read_panel(panel, asked.results, str(settings["good_class"])), settings)


def _excursions(asked: Scored) -> dict[str, Challenged]:
    curves = asked.table("evidence.detection_curves")
    measured = asked.table("evidence.excursion_runs")["measured_at"]
    asked.require_since(measured, "lotwise excursions")
    return excursion_findings(curves, asked.settings)


def _planted(asked: Scored) -> dict[str, Challenged]:
    power = asked.table("evidence.power")
    asked.require_since(power["measured_at"], "lotwise self-test")
    return planted_findings(
        power,
        asked.table("economics.negative_controls"),
        asked.settings,
    )


_CHALLENGES: dict[str, Callable[[Scored], dict[str, Challenged]]] = {
    EvidenceChallenge.BOUNDED_BEHAVIOUR: _bounded,
    EvidenceChallenge.PANEL: _panel,
    EvidenceChallenge.EXCURSIONS: _excursions,
    EvidenceChallenge.PLANTED_CAUSES: _planted,
}
