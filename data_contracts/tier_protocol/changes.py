"""What was changed in a protocol, or in what it is about, since it was frozen: a sentence each."""

from collections.abc import Iterator, Mapping
from typing import Any

from data_contracts.tier_protocol.entries import FrozenProtocol

WORDS = {
    "intended_use": "the intended use",
    "context_of_use": "the context of use",
    "risk": "the risk",
    "title": "the title",
    "tier": "the tier",
    "challenge": "the challenge",
    "lever": "the lever",
    "deviations": "the stated deviations",
}
LONGEST = 60
DIGITS = 12


def changes(frozen: FrozenProtocol, now: FrozenProtocol) -> list[str]:
    """Say everything that is not as it was frozen.

    Args:
        frozen: As frozen.
        now: The same protocol as its file says it, on what is there now.

    Returns:
        A sentence per change; empty where nothing was changed.
    """
    return [
        *_criteria(frozen.content["criteria"], now.content["criteria"]),
        *_named(frozen.content["roles"], now.content["roles"], "role"),
        *_named(frozen.content["settings"], now.content["settings"], "setting"),
        *_splits(frozen.content["data"], now.content["data"]),
        *_data(frozen.data, now.data),
        *_named(frozen.subject, now.subject, "subject"),
        *(
            f"{words.capitalize()} was '{_short(frozen.content[key])}' when the protocol was "
            f"frozen and is '{_short(now.content[key])}' now."
            for key, words in WORDS.items()
            if frozen.content[key] != now.content[key]
        ),
    ]


def _criteria(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"Criterion '{name}' was frozen and is no longer in the protocol."
        elif name not in before:
            yield f"Criterion '{name}' was added after the freeze."
        else:
            for part in ("bound", "comparison", "unit", "title"):
                old, new = before[name][part], after[name][part]
                if old != new:
                    yield (
                        f"Criterion '{name}' had the {part} {_short(old)} when it was frozen and "
                        f"has {_short(new)} now."
                    )


def _named(before: Mapping[str, Any], after: Mapping[str, Any], what: str) -> Iterator[str]:
    spoken = {"role": "The role", "setting": "The setting", "subject": "What is tested: the"}[what]
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            title = name.replace("_", " ") if what == "subject" else f"'{name}'"
            yield f"{spoken} {title} was {_short(old)} at the freeze and is {_short(new)} now."


def _splits(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            done = "added to" if old is None else "taken out of"
            yield f"{name} was {done} the protocol's data after the freeze."
        elif old != new:
            yield f"The split was changed: {name} was {_plain(old)} and is {_plain(new)} now."


def _data(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for name in sorted({*before} & {*after}):
        old, new = before[name], after[name]
        if old["sha256"] != new["sha256"]:
            found = "is no longer there" if new["sha256"] is None else _told(new)
            yield f"The data of {name} were changed: frozen as {_told(old)}, now {found}."


def _told(found: Mapping[str, Any]) -> str:
    rows = "" if found["rows"] is None else f" ({found['rows']:,} rows)"
    return f"{str(found['sha256'])[:DIGITS]}{rows}"


def _plain(split: str) -> str:
    return split.replace("_", " ")


def _short(value: Any) -> str:
    text = "absent" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
