"""What a profile says of objects in a store and of Delta tables: a place, and never a secret.

Opening them belongs in ``assets.sources.landing``; keys and endpoints stand in the environment.
"""

import re
from dataclasses import dataclass
from typing import Final

from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.file_checks import check_pattern

SCHEMES: Final = ("s3", "abfss")
DELTA: Final = "delta"
_URI: Final = re.compile(r"(\w+)://([^/]*)/?(.*)", re.DOTALL)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,62}")
_CONTAINER: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}@[a-z0-9]{3,24}\.dfs\.core\.windows\.net")


@dataclass(frozen=True)
class StoredObjects:
    """Objects of a store that are delivered as files would be.

    Attributes:
        scheme: ``s3`` or ``abfss``.
        bucket: The bucket; for ``abfss``, container and account.
        pattern: Path or glob in it.
        where: Place in the profile.
    """

    scheme: str
    bucket: str
    pattern: str
    where: str

    @property
    def spoken(self) -> str:
        """What is read, in words."""
        return f"{self.scheme}://{self.bucket}/{self.pattern}"


@dataclass(frozen=True)
class DeltaRows:
    """A Delta table whose rows are delivered as a file's would be.

    Attributes:
        path: Its folder below the data folder; None where it lies in a store.
        stored: Where in a store it lies; None where it is a folder.
        where: Place in the profile.
    """

    path: str | None
    stored: StoredObjects | None
    where: str

    @property
    def spoken(self) -> str:
        """What is read, in words."""
        return f"Delta table {self.path if self.stored is None else self.stored.spoken}"


def is_stored(section: Section) -> bool:
    """Tell whether an entry of ``files`` lies in a store or is a Delta table."""
    path, form = section.values.get("path"), section.values.get("format")
    return form == DELTA or (isinstance(path, str) and "://" in path)


def read_stored(section: Section) -> StoredObjects | DeltaRows:
    """Read an entry of ``files`` that lies in a store or is a Delta table.

    Raises:
        ProfileError: The place is none, leaves its bucket or folder, or holds a secret.
    """
    path = section.required_text("path", "the table's folder, or s3://bucket/path")
    if section.values.get("format") != DELTA:
        return _objects(section, path)
    if any(letter in path for letter in "*?["):
        section.fail("path", f"'{path}': a Delta table is one folder; name it without * and ?")
    if "://" in path:
        return DeltaRows(None, _objects(section, path), section.where())
    check_pattern(section, path)
    return DeltaRows(path, None, section.where())


def _objects(section: Section, uri: str) -> StoredObjects:
    found = _URI.fullmatch(uri)
    scheme = found[1].lower() if found else ""
    if found is None or scheme not in SCHEMES:
        section.fail("path", "a place in a store is s3://bucket/path or abfss://...; correct it")
    known = _BUCKET if scheme == "s3" else _CONTAINER
    if not known.fullmatch(found[2]):
        section.fail(
            "path",
            f"what follows {scheme}:// is no bucket; keys and endpoints have no place in a "
            "profile: put them into the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
            "AWS_ENDPOINT_URL)",
        )
    if "?" in found[3] and "=" in found[3]:
        section.fail("path", "a path in a store takes no parameters; put them into the environment")
    check_pattern(section, found[3])
    return StoredObjects(scheme, found[2], found[3], section.where())
