"""The settings of a run, noting what is read of them: a step depends on nothing else of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from hashlib import sha256
from typing import Any

from assets.run_settings import RunSettings
from data_contracts.assumptions import Assumptions

FIELDS = tuple(field.name for field in fields(RunSettings))
ASSUMPTIONS = "assumptions"


class ReadSettings(RunSettings):
    """Settings that note the names of those read while somebody wants to know."""

    @classmethod
    def of(cls, settings: RunSettings) -> "ReadSettings":
        """Return the same settings, able to tell what is read of them."""
        made = cls(**{name: getattr(settings, name) for name in FIELDS})
        made.values(["profile"])  # at once: a file changed later is not the one that was read
        return made

    def __getattribute__(self, name: str) -> Any:
        read: set[str] | None = _kept(self).get("_read")
        if read is not None and name in FIELDS:
            read.add(name)
        return object.__getattribute__(self, name)

    def assumptions(self) -> Assumptions:
        """Read the cost assumptions: one setting, whatever file they stand in."""
        with self.noting():
            found = super().assumptions()
        if (read := _kept(self).get("_read")) is not None:
            read.add(ASSUMPTIONS)
        return found

    @contextmanager
    def noting(self) -> Iterator[set[str]]:
        """Collect the names of what is read inside the block."""
        kept = _kept(self)
        before, read = kept.get("_read"), set[str]()
        kept["_read"] = read
        try:
            yield read
        finally:
            kept["_read"] = before

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """Return what stands for the values of settings; files count by content.

        Args:
            names: Of the settings; one that there is not has no value.
        """
        return {name: self._value(name) for name in names if name in (*FIELDS, ASSUMPTIONS)}

    def _value(self, name: str) -> str:
        known: dict[str, str] = _kept(self).setdefault("_values", {})
        if name not in known:
            with self.noting():  # asking for a value here is no reading of it
                known[name] = self._digest_of(name)
        return known[name]

    def _digest_of(self, name: str) -> str:
        if name == "profile":
            return _profile(self)
        return _digest(repr(self.assumptions() if name == ASSUMPTIONS else getattr(self, name)))


def _kept(settings: RunSettings) -> dict[str, Any]:
    found: dict[str, Any] = object.__getattribute__(settings, "__dict__")
    return found


def _profile(settings: RunSettings) -> str:
    """The profile by the text of every file it is written in; where it lies may be told of it."""
    own = settings.profile
    texts = [each.read_text(encoding="utf-8", errors="replace") for each in own.written_in]
    return _digest("\0".join([str(own.file), *texts]))


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()
