"""What a virtual plant is made of, as plain frozen objects; nothing is read or drawn here.

One object per thing a plant file may declare. Units are those of the file; every share and
probability is between 0 and 1.
"""

from dataclasses import dataclass
from datetime import date

from assets.virtual_plant.declaration.planted import EarlyTermination, Mechanism, PlantLever
from assets.virtual_plant.declaration.recording import Deviations, Spectra, Stability
from assets.virtual_plant.declaration.variable import Variable


@dataclass(frozen=True)
class Product:
    """A product in one strength.

    Attributes:
        code: Product code.
        strength: Strength as printed on the pack.
        batch_size: Units (tablets, vials) in a batch.
        mix: Share of campaigns at the start and at the end of the span.
        route: Share of its campaigns made on each line.
    """

    code: str
    strength: str
    batch_size: int
    mix: tuple[float, float]
    route: dict[str, float]


@dataclass(frozen=True)
class Step:
    """One phase of the recipe.

    Attributes:
        stage: Stage it belongs to.
        unit_procedure: Unit procedure it belongs to.
        phase: Name of the phase.
        duration_h: Median and log standard deviation of its length.
        hold_h: Median and log standard deviation of the wait before it.
        is_shared: Whether its equipment serves any number of batches at once.
        is_continued: Whether the batch stays for the next phase, so no turnaround follows.
        only_reworked: Whether only batches that are reworked pass it.
    """

    stage: int
    unit_procedure: str
    phase: str
    duration_h: tuple[float, float]
    hold_h: tuple[float, float]
    is_shared: bool = False
    is_continued: bool = False
    only_reworked: bool = False


@dataclass(frozen=True)
class Calendar:
    """When things happen.

    Attributes:
        campaign_minimum: Fewest batches in a campaign.
        campaign_mean: Mean number of batches in a campaign.
        turnaround_h: Gap between two batches on the same equipment.
        steps: The recipe's phases in order.
        laboratory_days: Median and log sd, end of manufacture to last result.
        review_days: Median and log sd, last result to disposition.
        rejection_days: Median and log sd, added when a result is out of specification.
        export_days_after_end: When the export is taken, after the last batch ended.
        cleaned_after_campaign: Unit procedures whose equipment is cleaned after each campaign.
    """

    campaign_minimum: int
    campaign_mean: float
    turnaround_h: float
    steps: tuple[Step, ...]
    laboratory_days: tuple[float, float]
    review_days: tuple[float, float]
    rejection_days: tuple[float, float]
    export_days_after_end: float
    cleaned_after_campaign: tuple[str, ...] = ()


@dataclass(frozen=True)
class Maintenance:
    """Renewal of one unit procedure's equipment: planned, or after a Weibull breakdown.

    Attributes:
        interval_batches: Mean and sd of the planned interval, in batches.
        weibull_shape: Shape of the breakdown law.
        weibull_scale_batches: Scale of the breakdown law, in batches since the last renewal.
        duration_h: Length of planned work.
        repair_h: Length of a repair.
        part: What is renewed.
    """

    interval_batches: tuple[float, float]
    weibull_shape: float
    weibull_scale_batches: float
    duration_h: float
    repair_h: float
    part: str


@dataclass(frozen=True)
class Material:
    """A bought material and how its lots are made.

    Attributes:
        name: Material name.
        batches_per_lot: Median and log sd of how many batches a lot serves.
        per_1000_units: Amount used, in its unit, for 1000 tablets or vials.
        suppliers: Supplier to share of lots.
        attributes: Variables of the lot, drawn once per lot.
        unit: Unit in which it is bought and weighed.
        is_blended: Whether a batch may take from two lots; else every lot ends with a batch.
    """

    name: str
    batches_per_lot: tuple[float, float]
    per_1000_units: float
    suppliers: dict[str, float]
    attributes: tuple[Variable, ...]
    unit: str = "kg"
    is_blended: bool = True


@dataclass(frozen=True)
class Excursion:
    """A dip or a bump of trapezoid shape.

    Attributes:
        depth: Variable with its height, 0 where there is none.
        gain: Factor on the height; negative goes down.
        plateau_h: Variable with its time at full height.
        start: Variable with its start, as a share of the phase.
        ramp_h: Length of each ramp.
    """

    depth: str
    gain: float
    plateau_h: str
    start: str
    ramp_h: float


@dataclass(frozen=True)
class Trajectory:
    """How one tag runs in one phase.

    Attributes:
        tag: Tag name.
        unit_procedure: Unit procedure in which it is archived.
        phase: Phase in which it is archived.
        unit: Unit of the readings.
        level: Variable with the level it settles at.
        noise_sd: Its noise: a number or a variable.
        persistence: Correlation of successive readings, 0 to below 1.
        decimals: Resolution of the transmitter.
        normal_range: Normal operating range.
        proven_range: Proven acceptable range.
        start_offset: First value less the level.
        time_constant_min: First-order approach to the level.
        slope_per_h: Steady change.
        excursion: Dip or bump, if any.
    """

    tag: str
    unit_procedure: str
    phase: str
    unit: str
    level: str
    noise_sd: str | float
    persistence: float
    decimals: int
    normal_range: tuple[float, float]
    proven_range: tuple[float, float]
    start_offset: float = 0.0
    time_constant_min: float = 1.0
    slope_per_h: float = 0.0
    excursion: Excursion | None = None


@dataclass(frozen=True)
class AirLaw:
    """How the room's humidity or temperature follows the outdoor air.

    Attributes:
        mean: Level at the mean dew point.
        per_dew_point_c: Change per degree of dew point.
        sd: Spread of the room's own wandering.
        persistence_h: How long that wandering lasts.
        nor: Normal operating range.
        par: Proven acceptable range.
    """

    mean: float
    per_dew_point_c: float
    sd: float
    persistence_h: float
    nor: tuple[float, float]
    par: tuple[float, float]


@dataclass(frozen=True)
class Air:
    """The outdoor air and the shared room.

    Attributes:
        dew_point_mean_c: Yearly mean dew point.
        dew_point_amplitude_c: Half the yearly swing.
        sd_c: Spread of the weather about the season.
        persistence_h: How long weather lasts.
        room_id: Equipment id under which the room's tags are archived.
        humidity: Law of the relative humidity.
        temperature: Law of the temperature.
        interval_s: Seconds between the room's readings.
        unit_procedure: Unit procedure whose start decides which air a batch finds.
    """

    dew_point_mean_c: float
    dew_point_amplitude_c: float
    sd_c: float
    persistence_h: float
    room_id: str
    humidity: AirLaw
    temperature: AirLaw
    interval_s: int
    unit_procedure: str


@dataclass(frozen=True)
class Dirt:
    """How unclean the exports are; each may be 0.

    Attributes:
        missing_tag: Share of batch tags never archived.
        stuck_sensor: Share of batch tags that freeze.
        spike_per_million: Isolated wild readings per million.
        gap: Share of batch tags with a hole in the archive.
        clock_skew: Share of batches with a wrong archive clock, per unit procedure.
        unit_slip: Share of batch tags recorded in another unit.
        missing_parameter: Share of parameter records left out.
        duplicate_rows: Share of export rows written twice.
        bad_records: Records per affected file that break a rule.
        repeated_export: Share of a file's latest rows that an export job wrote a second time.
    """

    missing_tag: float = 0.0
    stuck_sensor: float = 0.0
    spike_per_million: float = 0.0
    gap: float = 0.0
    clock_skew: float = 0.0
    unit_slip: float = 0.0
    missing_parameter: float = 0.0
    duplicate_rows: float = 0.0
    bad_records: int = 0
    repeated_export: float = 0.0


@dataclass(frozen=True)
class Plant:
    """A whole plant file, checked.

    Attributes:
        name: Name of the plant.
        title: One line about it.
        site: Site code.
        starts_on: First day of production.
        lines: Line to unit procedure to equipment.
        products: Products with their mix.
        calendar: When things happen.
        maintenance: Renewal laws by unit procedure.
        air: Weather and shared room.
        materials: Bought materials.
        variables: The causal model, parents before children.
        sampling_interval_s: Seconds between readings.
        trajectories: Tags.
        mechanisms: What is planted.
        early_terminations: What stops a batch before its end.
        levers: What could be done, each with an effect the truth states.
        deviations: Quality records.
        stability: Stability studies.
        spectra: Spectra of the bulk.
        inspections: Defect class to rejects per million.
        rework_share: Share of good batches that are reworked.
        dirt: Uncleanliness.
    """

    name: str
    title: str
    site: str
    starts_on: date
    lines: dict[str, dict[str, str]]
    products: tuple[Product, ...]
    calendar: Calendar
    maintenance: dict[str, Maintenance]
    air: Air
    materials: tuple[Material, ...]
    variables: tuple[Variable, ...]
    sampling_interval_s: int
    trajectories: tuple[Trajectory, ...]
    mechanisms: tuple[Mechanism, ...]
    early_terminations: tuple[EarlyTermination, ...]
    levers: tuple[PlantLever, ...]
    deviations: Deviations
    stability: Stability
    spectra: Spectra
    inspections: dict[str, float]
    rework_share: float
    dirt: Dirt

    def variable(self, name: str) -> Variable:
        """The batch variable of that name.

        Args:
            name: Name of a variable of the causal model.

        Returns:
            The variable.

        Raises:
            KeyError: No variable has that name.
        """
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)

    @property
    def results(self) -> tuple[Variable, ...]:
        """The critical quality results, whose limits fail batches."""
        return tuple(v for v in self.variables if v.role == "cqa")
