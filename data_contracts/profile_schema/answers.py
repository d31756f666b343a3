"""What the user answers, signed and with a reason, where the product asks and does not guess.

About a column that foretells a result as hardly a process can, and about what ``lotwise check``
takes for a mistake although it may be right.
"""

from collections.abc import Collection
from dataclasses import dataclass

from data_contracts.profile_schema.document import Section


@dataclass(frozen=True)
class ProfileAnswer:
    """That a column is measured before the result exists, and is not computed from it.

    Attributes:
        column: Delivered column, or the name of the quantity.
        who: Who knows.
        why: How.
        where: Place in the profile.
    """

    column: str
    who: str
    why: str
    where: str


def read_answers(section: Section) -> tuple[ProfileAnswer, ...]:
    """Read the section ``measured_before_result``: column to who and why.

    Raises:
        ProfileError: An answer is unsigned or gives no reason.
    """
    return tuple(_answer(section.section(column), column) for column in section.values)


@dataclass(frozen=True)
class Acceptance:
    """That what looks like a mistake in the records is right.

    Attributes:
        code: What was found, as ``lotwise check`` names it.
        who: Who knows.
        why: How.
        where: Place in the profile.
    """

    code: str
    who: str
    why: str
    where: str


def read_acceptances(section: Section, known: Collection[str]) -> dict[str, Acceptance]:
    """Read the section ``accepted``: code of what was found to who and why.

    Args:
        section: The section.
        known: Codes that can be accepted.

    Raises:
        ProfileError: A code cannot be accepted, or an acceptance is unsigned or gives no reason.
    """
    section.only(known)
    return {code: _acceptance(section.section(code), code) for code in section.values}


def _acceptance(section: Section, code: str) -> Acceptance:
    section.only(("who", "why"))
    return Acceptance(
        code,
        section.required_text("who", "who knows that it is right"),
        section.required_text("why", "how it comes about"),
        section.where(),
    )


def _answer(section: Section, column: str) -> ProfileAnswer:
    section.only(("who", "why"))
    return ProfileAnswer(
        column,
        section.required_text("who", "who knows that it is measured before the result"),
        section.required_text("why", "how it is measured, and when"),
        section.where(),
    )
