"""Names of files for what people name as they like."""

import re
from hashlib import sha256

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_ODD = re.compile(r"[^A-Za-z0-9_-]+")


def file_name(name: str) -> str:
    """Return a file name for a batch or a parameter, the same on every system.

    Names that are not plain keep what can be read of them and end in a piece of their hash, so that
    no two names share a file. Plain names that differ in case alone have files that do so too: on a
    file system that folds case they would share one.

    Examples:
        >>> file_name("B00042")
        'B00042.html'
        >>> file_name("lot 7/b")
        'lot_7_b-1a68cbc7.html'
    """
    if _PLAIN.fullmatch(name) and not name.endswith("."):
        return f"{name}.html"
    return f"{_ODD.sub('_', name)[:60].strip('_')}-{sha256(name.encode()).hexdigest()[:8]}.html"
