"""How sensor files become readings: long files as they are, wide files with a column per tag.

Readings are the one thing too large for frames: what is declared here is turned into SQL in
``assets.sources`` and read by DuckDB where the files lie.
"""

from data_contracts.errors import ProfileError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.mapping import READINGS, Mapping

TAG_TARGETS = ("unit", "stage", "nor_low", "nor_high", "par_low", "par_high", "is_shared_area")
CELLS_IN_SQL = "everything but aggregates and month names"


def check_readings(mapping: Mapping) -> None:
    """Check that a mapping of readings asks only for what is done in SQL.

    Raises:
        ProfileError: Nothing is mapped to the value, or a cell uses an aggregate or month names.
    """
    if not mapping.unpivot and all(cell.target != "value" for cell in mapping.cells):
        raise ProfileError(
            f"{mapping.where}: no column is mapped to 'value'; map the column of the numbers, or "
            "list wide columns under 'unpivot'"
        )
    if mapping.is_distinct:
        raise ProfileError(f"{mapping.where}: 'distinct' does not apply to {READINGS}; remove it")
    for cell in mapping.cells:
        if cell.aggregate or cell.months:
            raise ProfileError(
                f"{cell.where}: readings are read in place; only {CELLS_IN_SQL} work here"
            )


def check_in_place(mapping: Mapping, described: SourceFile) -> None:
    """Check that what is read in place needs no other names and no other words.

    Raises:
        ProfileError: Columns of the file are renamed, or texts not listed have a meaning.
    """
    if described.renamed:
        raise ProfileError(
            f"{described.where}: 'renamed' does not work for files of readings ({mapping.where}), "
            "which are read in place; give the new files an entry of their own"
        )
    for cell in mapping.cells:
        if cell.other is not None:
            raise ProfileError(f"{cell.where}: 'other' does not work in readings; list each text")


def tag_records(mapping: Mapping) -> list[dict[str, str]]:
    """Return the tags a wide sensor file declares, as records of ``raw.sensor_tags``.

    Args:
        mapping: A mapping to ``raw.sensor_readings``.

    Returns:
        One record per tag (its text columns); empty where tags stand in rows, since then the
        source delivers its own list of tags.
    """
    equipment = next((cell for cell in mapping.cells if cell.target == "equipment_id"), None)
    if equipment is None or equipment.constant is None:
        return []
    records = []
    for wide in mapping.unpivot:
        record = {"tag": wide.name, "equipment_id": equipment.constant}
        texts = {target: wide.constant(target) for target in TAG_TARGETS}
        records.append(record | {key: text for key, text in texts.items() if text is not None})
    return records
