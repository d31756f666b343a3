"""What each step last depended on and wrote, kept from run to run, and whether that still holds.

A trace stays true for ever: with these tables, settings and this code, the step wrote that. It is
compared with what is there now, never with what somebody remembers having done, so a run that was
killed, a table changed by hand or a home put back from a copy cannot make it lie.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Trace:
    """What a step depended on and wrote.

    Attributes:
        code: Hash of our code and of the packages it stands on.
        tables: Table read -> fingerprint.
        settings: Setting read -> what stands for its value.
        written: Table written -> fingerprint.
    """

    code: str
    tables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)

    def changed(self, now: "Trace") -> str | None:
        """Say what is not as it was; None where all is.

        Args:
            now: The same step as things stand.
        """
        if self.code != now.code:
            return "code or a package has changed"
        kinds = (
            ("table read", self.tables, now.tables),
            ("setting", self.settings, now.settings),
            ("table written", self.written, now.written),
        )
        for kind, before, after in kinds:
            names = sorted(
                each for each in {*before, *after} if before.get(each) != after.get(each)
            )
            if names:
                return f"{kind} has changed: {', '.join(names)}"
        return None


class KeptTraces:
    """The traces of all steps over one source.

    Args:
        file: JSON file beside the working warehouse; a spoilt one counts as none.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._traces: dict[str, Any] = {}
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            self._traces = {step: Trace(**each) for step, each in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._traces = {}

    def of(self, step: str) -> Trace | None:
        """Return the last trace of a step."""
        found: Trace | None = self._traces.get(step)
        return found

    def keep(self, step: str, trace: Trace) -> None:
        """Keep a trace in place of the step's last one."""
        self._traces[step] = trace

    def save(self) -> None:
        """Write all traces, whole or not at all."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_suffix(".new")
        kept = {step: asdict(each) for step, each in sorted(self._traces.items())}
        beside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        beside.replace(self._file)
