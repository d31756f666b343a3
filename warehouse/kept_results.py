"""Results that cost much and depend on little, kept by the content of what they depend on.

All of one kind lie in one file of text: a first line with a hash of the rest, then a line a result,
its digest and itself as JSON. A digest stands for everything a result depends on, the version of
the code among it, so one that is found is the one that would be computed. A file that is lost, cut
off, changed or of something else holds nothing that is asked for, and costs computing again.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Json = Any


class KeptResults:
    """The results of one kind.

    Args:
        file: Where they lie; it need not exist yet. None for nowhere: everything is computed.
        version: Stands for the code, and for whatever else all results depend on.
    """

    def __init__(self, file: Path | None = None, version: str = "") -> None:
        self._file = file
        self._version = version.encode()
        self._held: dict[str, str] = {} if file is None else _read(file)
        self._asked: dict[str, str] = {}
        self.computed = 0

    def of(self, *parts: object, make: Callable[[], Json]) -> Json:
        """Return what is kept under the parts, or make and keep it.

        Args:
            parts: All the result depends on: arrays, texts, numbers, truths and None.
            make: Computes it: numbers, texts, truths, None, lists and mappings by text of these.
        """
        if self._file is None:
            return make()
        name = self._name(parts)
        text = self._held.get(name) or self._asked.get(name)
        if text is None:
            found = make()
            text = json.dumps(found)
            self.computed += 1
        else:
            found = json.loads(text)
        self._asked[name] = text
        return found

    def save(self) -> None:
        """Keep what was asked for since this was opened, and let go of all else."""
        if self._file is None or self._asked.keys() == self._held.keys():
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"{name} {text}\n" for name, text in self._asked.items()).encode()
        part = self._file.with_name(f"{self._file.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            part.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            part.replace(self._file)
        finally:
            part.unlink(missing_ok=True)
        self._held = dict(self._asked)

    def _name(self, parts: tuple[object, ...]) -> str:
        told = [self._version]
        for part in parts:
            if isinstance(part, np.ndarray):
                if part.dtype.hasobject:
                    raise TypeError("objects lie elsewhere than their array: give numbers or texts")
                told += [f"{part.dtype.str}{part.shape}".encode(), part.tobytes()]
            else:
                told.append(f"{type(part).__name__}:{part!r}".encode())
        # How many, how long and what: no two sequences of parts are one text.
        sizes = np.array([len(told), *map(len, told)], dtype=np.int64).tobytes()
        return hashlib.blake2b(b"".join((sizes, *told)), digest_size=16).hexdigest()


def _read(file: Path) -> dict[str, str]:
    """What a file holds; nothing where it is not as it was written."""
    try:
        said, _, body = file.read_bytes().partition(b"\n")
    except OSError:
        return {}
    if said != hashlib.sha256(body).hexdigest().encode():
        return {}
    named = (line.partition(" ") for line in body.decode().splitlines())
    return {name: text for name, _, text in named}
