"""A column that says what became of each batch: which of its values mean failed, good or pending.

Values nobody listed are not guessed at. Whether a delivered column keeps to its list is judged in
``assets.sources``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from data_contracts.profile_schema.document import Section

LABEL_KEYS = ("column", "failed", "good", "pending", "other", "name", "title", "stage")
OTHER = "other"
# A failed value whose opposite is plain needs no list of good ones.
_OPPOSITES = (
    ({"1"}, {"0"}),
    ({"yes"}, {"no"}),
    ({"y"}, {"n"}),
    ({"true"}, {"false"}),
    ({"t"}, {"f"}),
    ({"fail", "failed", "failure"}, {"pass", "passed"}),
    ({"reject", "rejected"}, {"accept", "accepted", "approved", "release", "released"}),
    ({"bad"}, {"good"}),
    ({"nok", "not ok"}, {"ok"}),
)


@dataclass(frozen=True)
class Label:
    """What the values of a label column mean; compared as text without regard to case.

    Attributes:
        file: Name of the delivered file that has the column.
        column: Delivered column.
        failed: Values of a failed batch.
        good: Values of a good one; those opposite to ``failed`` are among them.
        pending: Values that decide nothing yet, as a blank does.
        is_other_good: Whether every value not listed means good.
        where: Place in the profile.
    """

    file: str
    column: str
    failed: tuple[str, ...]
    good: tuple[str, ...]
    pending: tuple[str, ...]
    is_other_good: bool
    where: str

    def is_listed(self, value: str) -> bool:
        """Tell whether a delivered value is listed under any meaning."""
        return value.lower() in spellings((*self.failed, *self.good, *self.pending))

    @property
    def expression(self) -> str:
        """Return the SQL expression over the column: 1 failed, 0 good, null not decided."""
        name = '"' + self.column.replace('"', '""') + '"'
        undecided = f"WHEN {_is_one_of(name, self.pending)} THEN NULL " if self.pending else ""
        return (
            f"CASE WHEN {name} IS NULL THEN NULL {undecided}"
            f"WHEN {_is_one_of(name, self.failed)} THEN 1 ELSE 0 END"
        )


def _opposite_to(failed: Iterable[str]) -> list[str]:
    """The values that are plainly good where these mean failed, in either direction."""
    said = {value.lower() for value in failed}
    pairs = (*_OPPOSITES, *((good, bad) for bad, good in _OPPOSITES))
    return sorted({value for one, other in pairs if said & one for value in other})


def read_label(entry: Section, file: str) -> Label:
    """Read the section ``label`` of a wide table.

    Args:
        entry: The section.
        file: Name of the delivered file.

    Raises:
        ProfileError: A key is unknown, or a value stands under two meanings.
    """
    entry.only(LABEL_KEYS)
    column = entry.required_text("column", "the column that says whether a batch failed")
    failed = entry.texts("failed") or ("1",)
    pending = entry.texts("pending")
    stated = entry.texts("good")
    taken = {value.lower() for value in (*failed, *pending)}
    good = stated or tuple(value for value in _opposite_to(failed) if value not in taken)
    label = Label(
        file=file,
        column=column,
        failed=failed,
        good=good,
        pending=pending,
        is_other_good=read_other(entry),
        where=entry.where(),
    )
    _require_one_meaning(entry, label)
    return label


def read_other(entry: Section) -> bool:
    """Read ``other: good``: whether values not listed mean a good batch.

    Raises:
        ProfileError: Another word stands there.
    """
    return OTHER in entry.values and entry.choice(OTHER, ("good",), "good") == "good"


def spellings(values: Iterable[str]) -> list[str]:
    """Return how listed values may be delivered: without regard to case; 1 is also written 1.0."""
    listed = list(values)
    texts = dict.fromkeys(value.lower() for value in listed)
    texts |= dict.fromkeys(f"{value}.0" for value in listed if value.isdigit())
    return list(texts)


def _is_one_of(name: str, values: Iterable[str]) -> str:
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in spellings(values))
    return f"lower({name}) IN ({listed})"


def _require_one_meaning(entry: Section, label: Label) -> None:
    groups = {"failed": label.failed, "good": label.good, "pending": label.pending}
    meaning: dict[str, str] = {}
    for group, values in groups.items():
        for value in spellings(values):
            if meaning.setdefault(value, group) != group:
                entry.fail(group, f"'{value}' already means {meaning[value]}; keep one of the two")
