"""Which folder a source delivers its files to: the one that is named, or that its profile says.

Here belongs the choice alone; looking into the folder belongs in ``assets.sources``.
"""

from pathlib import Path

from data_contracts.errors import UsageError
from data_contracts.profile import Profile


def data_folder_of(profile: Profile, named: Path | None = None) -> Path:
    """Return the folder of a source's delivered files.

    A source that is fetched whole has none; its profile's own folder tells it from others.

    Args:
        profile: The source.
        named: The folder the caller names, if any.

    Raises:
        UsageError: Nobody says where it is.
    """
    own = None if profile.needs_data_dir else profile.file.parent
    folder = named or profile.data_dir or own
    if folder is None:
        raise UsageError(
            f"The profile '{profile.name}' does not say where its files are; add --data DIR."
        )
    return folder
