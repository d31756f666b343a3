"""The self-test on own records: causes of a known worth found, and controls left alone."""

from collections.abc import Mapping

import polars as pl

from assets.tier_evidence.scoring.findings import Challenged


def planted_findings(
    power: pl.DataFrame, negative_controls: pl.DataFrame, settings: Mapping[str, float | str]
) -> dict[str, Challenged]:
    """Judge what the last self-test found of planted causes, and what controls were claimed.

    Args:
        power: ``evidence.power``.
        negative_controls: ``economics.negative_controls``.
        settings: Of the protocol: ``worth``, the size of the causes that are to be found.

    Returns:
        ``found_share`` of the headline outcome at that worth, ``trials``, and ``controls_claimed``.
    """
    worth = str(settings["worth"])
    own = power.filter(
        pl.col("is_headline") & (pl.col("worth") == worth) & pl.col("found_share").is_not_null()
    )
    found: dict[str, Challenged] = {}
    if own.is_empty():
        none = Challenged(
            None, float("nan"), "No self-test was made: run 'lotwise self-test' first."
        )
        found |= {"found_share": none, "trials": none}
    else:
        row = own.row(0, named=True)
        said = (
            f"{row['found']} of {row['trials']} causes worth '{worth}' ({row['outcome']}, gate "
            f"{row['gate']}) were found in {row['batches']} batches with {row['failures']} "
            "failures."
        )
        found["found_share"] = Challenged(
            row["found_share"], row["found_low"], said, row["found_low"], row["found_high"],
            row["trials"],
        )  # fmt: skip
        found["trials"] = Challenged(
            float(row["trials"]), float(row["trials"]), said, n=row["trials"]
        )
    controls = negative_controls.height
    claimed = int(negative_controls["is_claimed"].sum()) if controls else 0
    found["controls_claimed"] = Challenged(
        float(claimed) if controls else None,
        float(claimed),
        f"{claimed} of {controls} parameters that cannot prevent a failure were claimed."
        if controls
        else "No window was studied, so there is no control.",
        n=controls,
    )
    return found
