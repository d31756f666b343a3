"""What the user answers about a column that foretells a result as hardly a process can."""

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


def _answer(section: Section, column: str) -> ProfileAnswer:
    section.only(("who", "why"))
    return ProfileAnswer(
        column,
        section.required_text("who", "who knows that it is measured before the result"),
        section.required_text("why", "how it is measured, and when"),
        section.where(),
    )
