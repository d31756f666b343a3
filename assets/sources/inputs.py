"""What was delivered, by name and content: one hash per file, so that results can name inputs."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

LANDED: Final = "landed"  # the folder of what was fetched from elsewhere


def delivered_name(path: Path, data_dir: Path) -> str:
    """Return how accounts name a delivered file: by its place in the folder it was delivered to.

    A fetched file is named by its entry and its own name, wherever it lies at the moment.

    Args:
        path: The file.
        data_dir: The data folder, resolved.
    """
    if path.parent.parent.name == LANDED and "@" in path.parent.name:
        return f"{path.parent.name}/{path.name}"
    return str(path.relative_to(data_dir))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal; of one that stands still, once."""
    stands = path.stat()
    return _hashed(path, stands.st_size, stands.st_mtime_ns, stands.st_ino)


@lru_cache(maxsize=10_000)
def _hashed(path: Path, *_: int) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def input_hashes(
    paths: dict[Path, int | None], columns: Mapping[Path, Sequence[str]], data_dir: Path
) -> pl.DataFrame:
    """Hash the delivered files.

    Args:
        paths: Files and their number of records, None where they are not counted one by one.
        columns: The columns of those that are tables, in the order delivered.
        data_dir: Folder the files lie in.

    Returns:
        One row per file, in the columns of ``evidence.inputs``: file (relative), sha256, bytes,
        rows, columns.
    """
    rows = [
        (
            delivered_name(path, data_dir),
            hash_file(path),
            path.stat().st_size,
            records,
            json.dumps(list(columns[path]), ensure_ascii=False) if path in columns else None,
        )
        for path, records in sorted(paths.items())
    ]
    schema = {
        "file": pl.String,
        "sha256": pl.String,
        "bytes": pl.Int64,
        "rows": pl.Int64,
        "columns": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def setting_hashes(files: Mapping[str, Path]) -> pl.DataFrame:
    """Hash what a run reads besides deliveries.

    Args:
        files: By the name accounts give them, which begins with their role: 'profile plant'.

    Returns:
        One row per file, in columns of ``evidence.inputs``.
    """
    return pl.DataFrame(
        {
            "file": list(files),
            "sha256": [hash_file(path) for path in files.values()],
            "bytes": [path.stat().st_size for path in files.values()],
            "used_as": [name.partition(" ")[0] for name in files],
        }
    )
