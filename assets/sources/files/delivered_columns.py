"""The columns of every delivered table, as its file names them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from assets.sources.files.csv_rows import read_csv_header
from assets.sources.files.delivered_files import require_parquet
from data_contracts.profile import Profile

# Where a line break is no single byte, a header cannot be read without the rest.
_WIDE_ENCODING = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)


def columns_of_files(
    profile: Profile, paths: Mapping[str, Iterable[Path]]
) -> dict[Path, list[str]]:
    """Return the columns of every delivered table whose header can be read by itself.

    Args:
        profile: How the files are written.
        paths: Files by entry of the profile, already found readable.
    """
    columns = {}
    for name, found in paths.items():
        described = profile.files[name]
        for path in found:
            if described.format == "parquet":
                columns[path] = require_parquet(path)
            elif described.format == "csv" and not _WIDE_ENCODING.match(described.encoding):
                columns[path] = read_csv_header(path, described)
    return columns
