"""What was found in a source, each with its place: file, line, column and value.

An error stops a run before anything is written; anything else is told and goes on. What is looked
for belongs to ``assets.sources.prospects``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from data_contracts.profile_schema.answers import Acceptance

SHOWN = 10


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples:
        >>> counted(1, "batch"), counted(1200, "batch"), counted(2, "record")
        ('1 batch', '1,200 batches', '2 records')
    """
    plural = "es" if noun.endswith("ch") else "s"
    return f"{count:,} {noun}{plural * (count != 1)}"


@dataclass(frozen=True)
class SourceFinding:
    """One thing found in a source.

    Attributes:
        code: What kind of thing, in snake_case.
        is_error: Whether a run would be refused.
        problem: What is wrong and what to do, without the place.
        file: Delivered file, relative to the data folder; or the profile's, None for the whole.
        line: Line in it, counted from 1 with the header; row of a Parquet file.
        column: Delivered column.
        value: Text in question.
        count: How many records are concerned.
        accepted: Who said in the profile that it is right, and why; None where nobody did.
    """

    code: str
    is_error: bool
    problem: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    count: int | None = None
    accepted: Acceptance | None = None

    @property
    def sentence(self) -> str:
        """Return the finding as a reader gets it: place, then problem."""
        line = None if self.line is None else f"line {self.line}"
        cell = self.column
        if self.value is not None:
            cell = repr(self.value) if cell is None else f"{cell} = {self.value!r}"
        place = ", ".join(part for part in (self.file, line, cell) if part)
        said = f"{place}: {self.problem}" if place else self.problem
        if self.accepted is None:
            return said
        return f"{said} Accepted by {self.accepted.who}: {self.accepted.why}."


@dataclass(frozen=True)
class OutcomeProspect:
    """What a run would make of one outcome.

    Attributes:
        outcome: Its name.
        failed: Batches that failed.
        good: Batches that did not.
        pending: Batches whose result or disposition is still to come.
        not_measured: Batches nobody measured.
    """

    outcome: str
    failed: int
    good: int
    pending: int
    not_measured: int

    @property
    def decided(self) -> int:
        """Number of batches with a result."""
        return self.failed + self.good


@dataclass(frozen=True)
class Prospects:
    """What a run would make of a source.

    Attributes:
        outcomes: Counts per outcome; empty where the profile declares none or nobody decided them.
        findings: What was found, errors first.
    """

    outcomes: tuple[OutcomeProspect, ...] = ()
    findings: tuple[SourceFinding, ...] = ()

    @property
    def errors(self) -> tuple[SourceFinding, ...]:
        """Findings that would stop a run."""
        return tuple(finding for finding in self.findings if finding.is_error)


def errors_in_words(errors: Sequence[SourceFinding]) -> str:
    """Return why a run is refused, with the first errors in full."""
    shown = [f"\n  {finding.sentence}" for finding in errors[:SHOWN]]
    if len(errors) > len(shown):
        shown.append(f"\n  and {len(errors) - len(shown)} more; 'lotwise check' lists them")
    return (
        "The records cannot be what the profile says, so nothing was written:"
        f"{''.join(shown)}\nCorrect the export or the profile, and try it with 'lotwise check'."
    )


def with_acceptances(
    findings: Iterable[SourceFinding], accepted: Mapping[str, Acceptance]
) -> tuple[SourceFinding, ...]:
    """Let what the profile accepts pass, with who said so; errors first, otherwise as found."""
    answered = [
        replace(finding, is_error=False, accepted=accepted[finding.code])
        if finding.code in accepted
        else finding
        for finding in findings
    ]
    return tuple(sorted(answered, key=lambda finding: not finding.is_error))
