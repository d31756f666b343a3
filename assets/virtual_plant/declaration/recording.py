"""How the plant's systems record what happened: deviations, stability studies, spectra.

The laws only; writing the records is for the export modules.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DeviationCategory:
    """A kind of deviation that comes by itself.

    Attributes:
        category: Category of the record.
        stage: Where it is opened.
        unit_procedure: On whose equipment.
        description: Text of the record.
        cause: What an investigation may find.
    """

    category: str
    stage: int
    unit_procedure: str
    description: str
    cause: str


@dataclass(frozen=True)
class DeviationTrigger:
    """A kind of deviation that a variable far out brings about.

    Attributes:
        variable: What must be far out.
        stage: Where it is opened.
        unit_procedure: On whose equipment.
        category: Category of the record.
        above: Threshold on the variable.
        probability: Chance that it is noticed and recorded.
        description: Text of the record.
        cause: What a closed investigation confirms.
    """

    variable: str
    stage: int
    unit_procedure: str
    category: str
    above: float
    probability: float
    description: str
    cause: str


@dataclass(frozen=True)
class Deviations:
    """How the quality system records what happened.

    Attributes:
        background_per_batch: Mean number per batch that come by themselves.
        confirmed_share: Share of investigations that confirm a cause.
        close_days: Median and log sd from opening to closing.
        categories: Those that come by themselves.
        triggers: Those that a variable brings about.
        late_share: Share opened days after what they tell of.
        late_days: Median and log sd of that delay.
    """

    background_per_batch: float
    confirmed_share: float
    close_days: tuple[float, float]
    categories: tuple[DeviationCategory, ...]
    triggers: tuple[DeviationTrigger, ...]
    late_share: float = 0.0
    late_days: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class StabilityTest:
    """One test of a stability study.

    Attributes:
        test: Name of the test.
        unit: Its unit.
        start: Value at month 0.
        mild_per_month: Change per month at 25 degC.
        harsh_per_month: Change per month at 40 degC.
        sd: Noise.
        spec_low: Lower limit.
        spec_high: Upper limit.
    """

    test: str
    unit: str
    start: float
    mild_per_month: float
    harsh_per_month: float
    sd: float
    spec_low: float | None = None
    spec_high: float | None = None


@dataclass(frozen=True)
class Stability:
    """Which batches go into a stability study and what is tested.

    Attributes:
        every_batches: One batch in so many.
        tests: What is tested.
    """

    every_batches: int
    tests: tuple[StabilityTest, ...]


@dataclass(frozen=True)
class Spectra:
    """Spectra taken of the bulk: a band on a sloping base.

    Attributes:
        stage: Stage in which they are taken.
        every_batches: One batch in so many.
        samples: Spectra per batch.
        wavelengths_nm: First, end (left out) and step.
        peak_nm: Centre of the band.
        width_nm: Standard deviation of the band.
    """

    stage: int
    every_batches: int
    samples: int
    wavelengths_nm: tuple[int, int, int]
    peak_nm: float
    width_nm: float
