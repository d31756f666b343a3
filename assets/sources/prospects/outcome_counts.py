"""How many batches of each outcome failed, are good, or have no result yet."""

from collections.abc import Iterator, Sequence

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import OutcomeProspect, SourceFinding
from data_contracts.codes.records import OutcomeStatus
from data_contracts.profile_schema.outcomes import Outcome


def outcome_counts(source: JudgedSource) -> tuple[OutcomeProspect, ...]:
    """Count the batches of every outcome as a run would decide them."""
    if source.decided is None:
        return ()
    return tuple(
        _counts(outcome.name, source.decided.filter(outcome=outcome.name))
        for outcome in source.profile.outcomes
    )


def _counts(name: str, own: pl.DataFrame) -> OutcomeProspect:
    return OutcomeProspect(
        outcome=name,
        failed=int(own["is_failure"].sum()),
        good=int((~own["is_failure"]).sum()),
        pending=own.filter(status=OutcomeStatus.PENDING).height,
        not_measured=own.filter(status=OutcomeStatus.NOT_MEASURED).height,
    )


def count_findings(
    source: JudgedSource, counts: Sequence[OutcomeProspect]
) -> Iterator[SourceFinding]:
    """Tell of outcomes nothing can be learned from.

    Yields:
        No outcome at all, nothing decided (an error where that is so of every outcome), no failed
        batch, no good one.
    """
    if not source.profile.outcomes:
        yield SourceFinding(
            "no_outcome",
            is_error=False,
            problem=f"{source.profile.file.name} does not say what a failure is: add 'label:', "
            "'proxy:' or 'outcomes:'; without one nothing is looked for and nothing is priced",
        )
    nothing_decided = bool(counts) and not any(count.decided for count in counts)
    places = {outcome.name: outcome for outcome in source.profile.outcomes}
    for count in counts:
        outcome = places[count.outcome]
        if count.decided == 0:
            yield _undecided(source, outcome, count, is_error=nothing_decided)
        elif count.failed == 0:
            yield _one_sided(source, outcome, count, "no_failure", "no batch failed")
        elif count.good == 0:
            yield _one_sided(source, outcome, count, "no_good_batch", "every batch failed")


def _undecided(
    source: JudgedSource, outcome: Outcome, count: OutcomeProspect, *, is_error: bool
) -> SourceFinding:
    batches = count.pending + count.not_measured
    why = (
        f"all {batches} batches are pending"
        if count.pending == batches
        else f"none of {batches} batches has a result ({count.pending} pending)"
    )
    return SourceFinding(
        "nothing_decided",
        is_error=is_error,
        problem=f"{why}, so a run would find nothing; check the columns that decide the outcome "
        f"'{outcome.name}' ({outcome.where})",
        file=_place(source, outcome)[0],
        column=_place(source, outcome)[1],
        count=batches,
    )


def _one_sided(
    source: JudgedSource, outcome: Outcome, count: OutcomeProspect, code: str, what: str
) -> SourceFinding:
    return SourceFinding(
        code,
        is_error=False,
        problem=f"{what} by the outcome '{outcome.name}' ({outcome.where}: {outcome.rule}), "
        f"{count.decided} were decided; nothing can be learned from it",
        file=_place(source, outcome)[0],
        column=_place(source, outcome)[1],
        count=count.decided,
    )


def _place(source: JudgedSource, outcome: Outcome) -> tuple[str | None, str | None]:
    """File and column that decide an outcome, where one column does."""
    if outcome.label is not None:
        pattern = source.profile.files[outcome.label.file].pattern
        return pattern, outcome.label.column
    if "disposition" in outcome.rule:
        files = [m.file for m in source.profile.mappings if m.table == "raw.batches"]
        column = source.delivered_column("batches", "disposition")
        return source.profile.files[files[0]].pattern, column
    return None, None
