"""Tier 1: what the seeded excursions showed of the frozen detector, as its curves say it."""

from collections.abc import Mapping

import polars as pl

from assets.statistics.intervals import clopper_pearson
from assets.tier_evidence.excursions.parts import PARTS
from assets.tier_evidence.scoring.findings import Challenged

ONE_SIDED = 0.9  # two-sided level whose ends are one-sided at 95%


def excursion_findings(
    detection_curves: pl.DataFrame, settings: Mapping[str, float | str]
) -> dict[str, Challenged]:
    """Judge the curves of detection of the whole detector, all products together.

    Args:
        detection_curves: ``evidence.detection_curves``.
        settings: Of the protocol: ``kind`` of excursion and ``size``, in widths of the normal
            operating range, from which on it is to be seen.

    Returns:
        ``seen`` (share of series in which it is seen in nine of ten from that size), ``shown``
        (share in which counts show that at 95% confidence), ``false_alarms`` and ``monotone``.
    """
    kind, size = str(settings["kind"]), float(settings["size"])
    whole = detection_curves.filter(
        (pl.col("detector") == "any") & (pl.col("product") == "all products")
    )
    own = whole.filter((pl.col("kind") == kind) & (pl.col("verdict") != "not_applicable"))
    if own.is_empty():
        nothing = Challenged(None, float("nan"), f"No excursion of kind '{kind}' was injected.")
        return dict.fromkeys(("seen", "shown", "false_alarms", "monotone"), nothing)
    series, batches = own.height, int(own["batches"].max() or 0)  # type: ignore[arg-type]
    seen, shown = (int((own[name] <= size).sum()) for name in ("smallest_seen", "shown_90"))
    monotone, never = int(own["is_monotone"].sum()), int(own["is_never_seen"].sum())
    twins, alarms = (int(own[name].sum()) for name in ("untouched", "false_alarms"))
    low, high = clopper_pearson(alarms, twins, level=ONE_SIDED)
    over = f"of {series} series, with up to {batches} held-out batches each"
    return {
        "seen": Challenged(
            seen / series,
            seen / series,
            f"A {kind} of {size:g} widths of the normal range is seen in nine of ten in {seen} "
            f"{over}; in {never} it is never seen that often.",
            n=series,
        ),
        "shown": Challenged(
            shown / series,
            shown / series,
            f"Counts show 90% at 95% confidence, at {size:g} widths or less, in {shown} {over}.",
            n=series,
        ),
        "false_alarms": Challenged(
            alarms / twins if twins else None,
            high,
            f"{alarms} of {twins} untouched twins were flagged: at most {high:.1%} at 95% "
            f"confidence{_by_part(detection_curves, kind)}.",
            low,
            high,
            twins,
        ),
        "monotone": Challenged(
            monotone / series,
            monotone / series,
            f"Detection rises with size, within error, in {monotone} {over}.",
            n=series,
        ),
    }


def _by_part(detection_curves: pl.DataFrame, kind: str) -> str:
    """Say which parts flagged untouched twins, the most first, and what each promises."""
    own = detection_curves.filter(
        (pl.col("kind") == kind)
        & (pl.col("product") == "all products")
        & pl.col("detector").is_in(PARTS)
        & (pl.col("untouched") > 0)
    )
    untouched, promised = pl.col("untouched"), pl.col("promised_share")
    told = (
        own.group_by("detector")
        .agg(
            share=pl.col("false_alarms").sum() / untouched.sum(),
            promised=(promised * untouched).sum() / untouched.sum(),
            is_promised=promised.is_not_null().any(),
        )
        .filter(pl.col("share") > 0)
        .sort("share", "detector", descending=[True, False])
    )
    words = [
        f"{row['detector'].replace('_', ' ')} {row['share']:.1%}"
        + (f" ({row['promised']:.1%} promised)" if row["is_promised"] else "")
        for row in told.iter_rows(named=True)
    ]
    return f"; by part: {', '.join(words)}" if words else ""
