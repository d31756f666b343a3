"""What a plant's systems export at the end of each month: late records, corrections, all of it.

Of a simulated plant, an export at an instant has the rows known by then, without what became known
later. On top, some laboratory results are entered two months late, some files of readings come a
month late, and every month something old is corrected, as people correct records.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

LATE = timedelta(days=60)
LATE_SHARE = 0.05  # of laboratory results
LATE_FILE_EVERY = 8  # months, from the first after the first delivery on
EXPORTED = timedelta(hours=6)  # from the end of the month to the time of the files

KNOWN_AT: dict[str, tuple[str | None, dict[str, tuple[str, ...]]]] = {
    "mes_batches": ("started_at", {"ended_at": ("ended_at",), "dispositioned_at": (
        "disposition", "dispositioned_at", "failure_mode")}),
    "mes_phases": ("started_at", {"ended_at": ("ended_at",)}),
    "mes_parameters": ("recorded_at", {}),
    "lims_results": ("resulted_at", {}),
    "weighings": ("weighed_at", {}),
    "inspections": ("inspected_at", {}),
    "stability": ("resulted_at", {}),
    "spectra": ("scanned_at", {}),
    "cmms_equipment_events": ("occurred_at", {}),
    "qms_deviations": ("opened_at", {"closed_at": ("closed_at", "confirmed_cause", "capa_id")}),
    "qms_capas": ("opened_at", {"effective_at": ("effective_at",), "closed_at": ("closed_at",)}),
    "erp_material_lots": ("received_at", {"released_at": ("released_at",)}),
    "erp_material_attributes": ("resulted_at", {}),
    "erp_material_usage": ("used_at", {}),
    "historian_tags": (None, {}),
}  # fmt: skip
"""Per file: the instant from which a row is known, and what of it is known at other instants."""


@dataclass(frozen=True)
class Correction:
    """A value of an old record that later exports have otherwise.

    Attributes:
        month: Number of the delivery from which on, from 0.
        file: The file without its suffix.
        row: The row of the whole export.
        column: The column.
        value: What it says then.
    """

    month: int
    file: str
    row: int
    column: str
    value: str


class MonthDeliveries:
    """The monthly exports of one simulated plant.

    Args:
        exports: Folder of the whole export, as ``lotwise simulate`` writes it.
        first_months: How many months the first delivery covers.
        seed: Of what is late and what is corrected.
    """

    def __init__(self, exports: Path, first_months: int, seed: int) -> None:
        self._exports = exports
        self._whole = {
            name: pl.read_csv(exports / f"{name}.csv", infer_schema=False) for name in KNOWN_AT
        }
        self._readings = sorted((exports / "historian").glob("*.parquet"))
        self._first = first_months
        started = self._instants("mes_batches", "started_at").min()
        assert isinstance(started, datetime)
        self.ends = list(_ends_of_months(started.date(), len(self._readings)))[first_months - 1 :]
        rng = random.Random(seed)
        results = self._whole["lims_results"].height
        self._late_rows = set(rng.sample(range(results), int(LATE_SHARE * results)))
        self.corrections = [
            each for month in range(1, len(self.ends)) for each in self._corrections(month, rng)
        ]

    def deliver(self, month: int, folder: Path) -> datetime:
        """Put the export of one month in place of the one before; returns the time of its files.

        Args:
            month: Number of the delivery, from 0.
            folder: Where exports are delivered to.
        """
        end = self.ends[month]
        stamp = end + EXPORTED
        (folder / "historian").mkdir(parents=True, exist_ok=True)
        for name in KNOWN_AT:
            text = self._table(name, month, end).write_csv()
            _put(folder / f"{name}.csv", text.encode(), stamp)
        for number, file in enumerate(self._readings[: self._first + month]):
            if not (self._is_late(number) and number == self._first + month - 1):
                readings = self._month_of_readings(number, file, month)
                _put(folder / "historian" / file.name, readings, stamp)
        return stamp

    def _table(self, name: str, month: int, end: datetime) -> pl.DataFrame:
        whole = self._whole[name]
        for each in self.corrections:
            if each.file == name and each.month <= month:
                is_row = pl.int_range(whole.height) == each.row
                value = pl.when(is_row).then(pl.lit(each.value)).otherwise(each.column)
                whole = whole.with_columns(value.alias(each.column))
        row_known, columns = KNOWN_AT[name]
        if name == "lims_results":
            is_late = pl.int_range(whole.height).is_in(list(self._late_rows))
            whole = whole.filter(~is_late | (_instant("resulted_at") <= end - LATE))
        if row_known is not None:
            whole = whole.filter((_instant(row_known) <= end).fill_null(value=True))
        return whole.with_columns(
            pl.when((_instant(at) > end).fill_null(value=False))
            .then(pl.lit(None, pl.String))
            .otherwise(pl.col(one))
            .alias(one)
            for at, of_then in columns.items()
            for one in of_then
        )

    def _corrections(self, month: int, rng: random.Random) -> Iterator[Correction]:
        """What is corrected in one month, in records known the month before."""
        for _ in range(3):
            row = self._old_row("lims_results", month, rng)
            value = self._whole["lims_results"]["value"][row]
            if value and value.replace(".", "", 1).isdigit():
                yield Correction(month, "lims_results", row, "value", f"{float(value) * 1.03:.4g}")
        row = self._old_row("qms_deviations", month, rng)
        yield Correction(month, "qms_deviations", row, "severity", rng.choice(["minor", "major"]))
        row = self._old_row("erp_material_usage", month, rng)
        yield Correction(month, "erp_material_usage", row, "quantity", f"{rng.uniform(1, 40):.2f}")
        row = self._old_row("mes_parameters", month, rng)
        value = self._whole["mes_parameters"]["value"][row]
        if value and value.replace(".", "", 1).isdigit():
            yield Correction(month, "mes_parameters", row, "value", f"{float(value) * 1.02:.4g}")
        if month % 3 == 1:
            row = self._old_row("mes_batches", month, rng)
            yield Correction(month, "mes_batches", row, "disposition", "rejected")
            row = self._old_row("mes_phases", month, rng)
            ended = self._whole["mes_phases"]["ended_at"][row]
            if ended:
                later = datetime.fromisoformat(ended) + timedelta(minutes=7)
                yield Correction(month, "mes_phases", row, "ended_at", str(later))

    def _old_row(self, name: str, month: int, rng: random.Random) -> int:
        at = self._instants(name, str(KNOWN_AT[name][0]))
        old = (at <= self.ends[month - 1]).fill_null(value=False).arg_true().to_list()
        return int(rng.choice(old))

    def _instants(self, name: str, column: str) -> pl.Series:
        return self._whole[name].select(_instant(column)).to_series()

    def _is_late(self, number: int) -> bool:
        return number >= self._first and (number - self._first) % LATE_FILE_EVERY == 0

    def _month_of_readings(self, number: int, file: Path, month: int) -> bytes:
        """A month's file; every fourth delivery corrects one tag in the file two months before."""
        frame = pl.read_parquet(file)
        corrected_in = number + 3 - self._first
        if 0 < corrected_in <= month and corrected_in % 4 == 2:
            tag = sorted(frame["tag"].unique())[number % frame["tag"].n_unique()]
            value = pl.when(pl.col("tag") == tag).then(pl.col("value") * 1.05).otherwise("value")
            frame = frame.with_columns(value.alias("value"))
        out = file.with_suffix(".delivered")
        frame.write_parquet(out)
        content = out.read_bytes()
        out.unlink()
        return content


def _put(file: Path, content: bytes, stamp: datetime) -> None:
    """Write a file that says something else than before; what nobody changed keeps its time."""
    if file.is_file() and file.read_bytes() == content:
        return
    file.write_bytes(content)
    os.utime(file, (stamp.replace(tzinfo=UTC).timestamp(),) * 2)


def _instant(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime(strict=False)


def _ends_of_months(first: date, months: int) -> Iterator[datetime]:
    year, month = first.year, first.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield datetime(year, month, 1) - timedelta(seconds=1)  # noqa: DTZ001
