"""A source profile: how somebody's export maps onto the raw contracts, and what counts as failure.

A profile is YAML, never Python. It is read and checked here, whole, before any delivered file is
opened; reading the files belongs in ``assets.sources``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data_contracts.catalogue import contract
from data_contracts.errors import ProfileError
from data_contracts.expressions import require_columns
from data_contracts.profile_extension.merging import merged
from data_contracts.profile_schema.answers import (
    Acceptance,
    ProfileAnswer,
    read_acceptances,
    read_answers,
)
from data_contracts.profile_schema.cells import Lookup
from data_contracts.profile_schema.column_use import read_columns, text_columns
from data_contracts.profile_schema.document import Section, read_document
from data_contracts.profile_schema.files import SourceFile, read_file
from data_contracts.profile_schema.keys import ACCEPTABLE, ROOT_KEYS
from data_contracts.profile_schema.mapping import NAME_COLUMN, READINGS, Mapping, read_mappings
from data_contracts.profile_schema.outcomes import Outcome, read_failure_modes, read_outcomes
from data_contracts.profile_schema.readings import check_in_place, check_readings
from data_contracts.profile_schema.rule_names.batch_facts import is_fact
from data_contracts.profile_schema.rule_names.delivered_records import records_of
from data_contracts.profile_schema.units import (
    QuantityUnit,
    quantities_with_units,
    read_units,
)
from data_contracts.profile_schema.wide_table import FILE, read_wide_table
from data_contracts.row_order import check_row_order
from data_contracts.untrusted.modest_yaml import is_there
from data_contracts.verification_plan.entries import VerificationPlan
from data_contracts.verification_plan.reader import read_plans

PROFILES: Final = Path(__file__).parent / "profiles"
_QUANTITY_TABLES = ("raw.parameters", "raw.lab_results")


@dataclass(frozen=True)
class Profile:
    """A source, described.

    Attributes:
        name: Name of the source; part of the name of its working warehouse.
        title: As reports show it.
        description: What the source is, in a few sentences.
        origin: Where the records come from and under which licence.
        file: The profile's YAML file.
        written_in: Every file it is read from: its own and the one it extends.
        data_dir: Folder of the delivered files where the profile says it, else None.
        assumptions: Name or path of the cost assumptions of this source, else None.
        files: Delivered files by name.
        mappings: Files feeding raw tables, sensor readings apart.
        readings: Files feeding ``raw.sensor_readings``.
        outcomes: What counts as a failure; may be empty.
        ignored_files: Delivered files nobody reads, each with the reason.
        answers: Columns said to be measured before the result, by whom and why.
        accepted: What looks like a mistake and is right, by code, by whom and why.
        units: The unit wanted of quantities delivered without one or in several.
        failure_modes: Failure mode, as ``batches.failure_mode`` names it or as an outcome is
            called -> stage (1 to 7) where it originates.
        verification_plans: The plant's own plans of continued process verification.
        verification_plans: The plant's own plans of continued process verification.
    """

    name: str
    title: str
    description: str
    origin: str
    file: Path
    written_in: tuple[Path, ...]
    data_dir: Path | None
    assumptions: str | None
    files: MappingProxyType[str, SourceFile]
    mappings: tuple[Mapping, ...]
    readings: tuple[Mapping, ...]
    outcomes: tuple[Outcome, ...]
    ignored_files: MappingProxyType[str, str]
    answers: tuple[ProfileAnswer, ...]
    accepted: MappingProxyType[str, Acceptance]
    units: MappingProxyType[str, QuantityUnit]
    failure_modes: MappingProxyType[str, int]
    verification_plans: tuple[VerificationPlan, ...] = ()

    def outcome(self, name: str) -> Outcome:
        """Return an outcome by name.

        Raises:
            ProfileError: The profile declares no such outcome.
        """
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        known = ", ".join(outcome.name for outcome in self.outcomes) or "none"
        raise ProfileError(f"{self.file.name} declares no outcome '{name}'; it declares: {known}.")

    def read_columns(self, file: str) -> dict[str, str]:
        """Return the columns read of a delivered file, each with the place that reads it."""
        return read_columns(self.files[file], (*self.mappings, *self.readings))

    def frame_columns(self, file: str) -> frozenset[str]:
        """Return the columns of a delivered file that feed tables other than sensor readings."""
        optional = (
            column
            for m in self.mappings
            if m.file == file
            for column, _, _ in m.delivered_columns()
        )
        looked_up = (
            read_columns(self.files[file], self.readings) if self._is_looked_up(file) else ()
        )
        return frozenset((*read_columns(self.files[file], self.mappings), *optional, *looked_up))

    @property
    def frames(self) -> frozenset[str]:
        """Names of the files whose rows become frames: all that feed more than sensor readings."""
        used = {mapping.file for mapping in self.mappings}
        return frozenset(used | {lookup.file for lookup in self.lookups})

    @property
    def fetches(self) -> bool:
        """Whether any rows are fetched from elsewhere before they are read."""
        return any(file.is_landed for file in self.files.values())

    @property
    def needs_data_dir(self) -> bool:
        """Whether any rows stand in files of a data folder, Delta tables included."""
        return any(file.is_local for file in self.files.values())

    def reads_spectrum(self, file: str) -> bool:
        """Whether the columns of a delivered file that are named by numbers are a spectrum."""
        return any(m.file == file and m.spectrum is not None for m in self.mappings)

    def _is_looked_up(self, file: str) -> bool:
        """Whether a sensor mapping takes values from the file."""
        cells = [cell for mapping in self.readings for cell in mapping.cells]
        return any(lookup.file == file for cell in cells for _, lookup in cell.looked_up())

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """Every look-up of the profile, those of sensor readings and of clocks included."""
        cells = [cell for m in (*self.mappings, *self.readings) for cell in m.cells]
        return tuple(lookup for cell in cells for _, lookup in cell.looked_up())

    def text_columns(self, file: str) -> frozenset[str]:
        """Return the columns of a delivered file that become texts of a raw table."""
        return text_columns(self.files[file], self.mappings)

    @property
    def quantity_stages(self) -> dict[str, int]:
        """Stages (1 to 7) before which a value is not available, whatever its record says.

        By name of the test, parameter, attribute or tag, or of the column of ``batches``; only what
        the profile says more about than the contract and the record's own stage.
        """
        named = [
            (wide.name, wide.available_at_stage)
            for mapping in (*self.mappings, *self.readings)
            for wide in mapping.unpivot
        ]
        named += [(c.target, c.available_at_stage) for m in self.mappings for c in m.cells]
        return {name: stage for name, stage in named if stage is not None}

    @property
    def measured_before_result(self) -> dict[str, tuple[str, str]]:
        """Who says that a quantity is measured before the result, and why, by its name."""
        named = {
            wide.column: wide.name for m in (*self.mappings, *self.readings) for wide in m.unpivot
        }
        return {named.get(a.column, a.column): (a.who, a.why) for a in self.answers}

    @property
    def quantities(self) -> frozenset[str]:
        """Names of tests, parameters and tags the profile itself spells out."""
        named = [m for m in self.mappings if m.table in _QUANTITY_TABLES]
        return frozenset(wide.name for m in (*named, *self.readings) for wide in m.unpivot)

    @property
    def names_quantities_in_rows(self) -> bool:
        """Whether tests or parameters are also named by delivered rows."""
        return any(
            mapping.table in _QUANTITY_TABLES and not mapping.unpivot for mapping in self.mappings
        )


def built_in_profiles() -> list[str]:
    """Return the names of the profiles that come with the product."""
    return sorted(file.stem for file in PROFILES.glob("*.yaml"))


def load_profile(name_or_path: str | Path) -> Profile:
    """Read and check a source profile.

    Args:
        name_or_path: A built-in name (``virtual_plant``, ``tabletting``) or a YAML file's path.

    Raises:
        ProfileError: There is no such profile, or something in it is wrong; the message says what,
            where in the file, and what to do.
    """
    file = _profile_file(str(name_or_path))
    root = _extended(read_document(file))
    root.only(ROOT_KEYS)
    files, mappings, outcomes = _parts(root)
    data_dir, assumptions = root.text("data_dir"), root.text("assumptions")
    plans = read_plans(root)
    written_in = {mark.file for mark in root.lines.values()} | {plan.file for plan in plans}
    profile = Profile(
        name=root.name("profile", "the source's name, in snake_case"),
        title=root.text("title") or root.required_text("profile", "the source's name"),
        description=root.text("description") or "",
        origin=root.text("origin") or "",
        file=file,
        written_in=tuple(sorted(written_in)),
        data_dir=None if data_dir is None else (file.parent / data_dir).resolve(),
        assumptions=assumptions,
        files=MappingProxyType(files),
        mappings=tuple(mapping for mapping in mappings if mapping.table != READINGS),
        readings=tuple(mapping for mapping in mappings if mapping.table == READINGS),
        outcomes=outcomes,
        ignored_files=MappingProxyType(_reasons(root.section("ignored_files"))),
        answers=read_answers(root.section("measured_before_result")),
        accepted=MappingProxyType(read_acceptances(root.section("accepted"), ACCEPTABLE)),
        units=MappingProxyType(read_units(root.section("units"))),
        failure_modes=MappingProxyType(read_failure_modes(root.section("failure_modes"))),
        verification_plans=plans,
    )
    _check(profile, root)
    return profile


def _profile_file(name: str) -> Path:
    if name in built_in_profiles():
        return PROFILES / f"{name}.yaml"
    if is_there(path := Path(name)):
        return path
    known = built_in_profiles()
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise ProfileError(
        f"There is no source profile '{name}': it is neither a built-in name nor a file. {hint}"
        f"Built in: {', '.join(known)}; or give the path of a YAML file "
        "(see docs/bring_your_own_data.md)."
    )


def _extended(root: Section) -> Section:
    """Return the profile merged into the one it extends, if it extends one."""
    name = root.text("extends")
    if name is None:
        return root
    beside = root.file.parent / name
    base = read_document(beside if is_there(beside) else _profile_file(name))
    if "extends" in base.values:
        root.fail("extends", f"'{name}' extends another profile itself; extend that one")
    return merged(base, root)


def _parts(
    root: Section,
) -> tuple[dict[str, SourceFile], tuple[Mapping, ...], tuple[Outcome, ...]]:
    """Read files, mappings and outcomes, from the long form and the short one."""
    section = root.section("files")
    files = {name: read_file(section.section(name), name) for name in section.values}
    mappings = read_mappings(root.section("tables"))
    outcomes = read_outcomes(root)
    if "wide_table" in root.values:
        contracts = {name: contract(name) for name in ("raw.batches", *_QUANTITY_TABLES)}
        file, wide_mappings, wide_outcomes = read_wide_table(root.section("wide_table"), contracts)
        files[FILE] = file
        mappings, outcomes = (*mappings, *wide_mappings), (*wide_outcomes, *outcomes)
    if not files:
        root.fail(None, "declares no delivered files: add 'files:' and 'tables:', or 'wide_table:'")
    return files, mappings, outcomes


def _reasons(section: Section) -> dict[str, str]:
    return {
        name: section.required_text(name, "the reason why nobody reads this file")
        for name in section.values
    }


def _check(profile: Profile, root: Section) -> None:
    """Check what only the whole profile shows: names that refer to one another."""
    if not any(mapping.table == "raw.batches" for mapping in profile.mappings):
        root.fail("tables", "nothing feeds 'batches': map at least batch_id and production_order")
    for mapping in (*profile.mappings, *profile.readings):
        _check_files(profile, mapping)
        check_row_order(mapping, profile.files[mapping.file])
    for mapping in profile.readings:
        check_readings(mapping)
        check_in_place(mapping, profile.files[mapping.file])
    for outcome in profile.outcomes:
        _check_outcome(profile, outcome)
    _check_answers(profile)
    _check_units(profile)
    read = {mapping.file for mapping in (*profile.mappings, *profile.readings)}
    read |= {lookup.file for lookup in profile.lookups}
    for file in profile.files.values():
        if file.name not in read:
            raise ProfileError(
                f"{file.where}: nothing reads this file; map it under 'tables', or move it to "
                "'ignored_files' with the reason"
            )
        both = sorted(set(profile.read_columns(file.name)) & set(file.ignored))
        if both:
            raise ProfileError(
                f"{file.where}: mapped and ignored at once: {', '.join(both)}; keep one of the two"
            )


def _check_files(profile: Profile, mapping: Mapping) -> None:
    lookups = [lookup for cell in mapping.cells for _, lookup in cell.looked_up()]
    for name in (mapping.file, *(lookup.file for lookup in lookups)):
        if name not in profile.files:
            raise ProfileError(
                f"{mapping.where}: the file '{name}' is not listed under 'files'; there are: "
                f"{', '.join(profile.files)}"
            )


def _check_outcome(profile: Profile, outcome: Outcome) -> None:
    """Check that what an outcome names exists, where the profile can know that."""
    fed = {mapping.table for mapping in profile.mappings}
    for name in (*outcome.defined_by_events, *outcome.rule_quantities):
        table = records_of(name)
        if table is not None and table not in fed:
            raise ProfileError(f"{outcome.where}: '{name}' needs records; map a file to {table}")
    if profile.names_quantities_in_rows:
        return
    batch_columns = {
        c.target for m in profile.mappings for c in m.cells if m.table == "raw.batches"
    }
    facts = [name for name in outcome.rule_quantities if is_fact(name)]
    known = [*profile.quantities, *batch_columns, *outcome.defined_by_events, *facts]
    require_columns(outcome.rule, known, outcome.where)
    for quantity in (
        *(margin.quantity for margin in outcome.margins),
        *outcome.defined_by,
        *outcome.same_quantity,
    ):
        _require_quantity(profile.quantities, quantity, outcome.where)


def _check_answers(profile: Profile) -> None:
    """Check that answers are about something read, where the profile can know that."""
    long = [m for m in (*profile.mappings, *profile.readings) if m.table in NAME_COLUMN]
    if any(not mapping.unpivot for mapping in long):
        return
    columns = {wide.column: wide.name for mapping in long for wide in mapping.unpivot}
    names = {*columns, *columns.values(), *(c.target for m in profile.mappings for c in m.cells)}
    for answer in profile.answers:
        _require_quantity(names, answer.column, answer.where)


def _check_units(profile: Profile) -> None:
    """Check that units are those of quantities read, where the profile can know that."""
    names = quantities_with_units((*profile.mappings, *profile.readings))
    for unit in profile.units.values() if names is not None else ():
        _require_quantity(names or (), unit.quantity, unit.where)


def _require_quantity(known: Iterable[str], quantity: str, where: str) -> None:
    names = sorted(known)
    if quantity not in names:
        near = get_close_matches(quantity, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names[:30])}"
        raise ProfileError(f"{where}: no test or parameter is called '{quantity}'; {hint}")
