"""Which columns of a delivered file become a frame, those of a spectrum included."""

from collections.abc import Collection, Iterator

from data_contracts.profile import Profile

UNIT_NM = {"nm": lambda number: number, "cm-1": lambda number: 1e7 / number}
"""From the number that names a column of a spectrum to a wavelength in nanometres."""


class WithSpectrum(Collection[str]):
    """Columns, and beside them every column that is named by a number above 0."""

    def __init__(self, columns: frozenset[str]) -> None:
        self.columns = columns

    def __contains__(self, name: object) -> bool:
        return name in self.columns or (isinstance(name, str) and is_number(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def wanted_columns(profile: Profile, file: str) -> Collection[str]:
    """Return the columns to keep of a delivered file."""
    columns = profile.frame_columns(file) | frozenset(profile.files[file].key)
    return WithSpectrum(columns) if profile.reads_spectrum(file) else columns


def is_number(name: str) -> bool:
    """Whether a column is named by a number above 0."""
    try:
        return 0 < float(name) < float("inf")
    except ValueError:
        return False
