"""What was delivered, by content: one hash per file, so that every result can name its inputs."""

from hashlib import sha256
from pathlib import Path

import polars as pl


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def input_hashes(paths: dict[Path, int | None], data_dir: Path) -> pl.DataFrame:
    """Hash the delivered files.

    Args:
        paths: Files and their number of records, None where they are not counted one by one.
        data_dir: Folder the files lie in.

    Returns:
        One row per file, in the columns of ``evidence.inputs``: file (relative), sha256, bytes,
        rows.
    """
    rows = [
        (str(path.relative_to(data_dir)), hash_file(path), path.stat().st_size, records)
        for path, records in sorted(paths.items())
    ]
    schema = {"file": pl.String, "sha256": pl.String, "bytes": pl.Int64, "rows": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
