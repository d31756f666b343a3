"""Tier 2: a panel of known parts, lots or batches, and what people and a machine made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assets.statistics.agreement.attribute_agreement import attribute_agreement, detection_by_class
from assets.statistics.agreement.kappa import Kappa
from assets.statistics.agreement.knapp import knapp_test
from assets.statistics.agreement.non_inferiority import compare_paired
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.intervals import clopper_pearson
from assets.tier_evidence.scoring.findings import Challenged
from data_contracts.errors import SourceError

PARTS = ("part", "class")
RESULTS = ("part", "appraiser", "kind", "trial", "rejected")
PEOPLE, MACHINE = "people", "machine"
REJECTED = {"1", "true", "yes", "rejected", "reject"}
ACCEPTED = {"0", "false", "no", "accepted", "accept"}
ONE_SIDED = 0.9  # two-sided level whose ends are one-sided at 95%
MOST_NAMED = 5


@dataclass(frozen=True)
class PanelResults:
    """A panel and its inspections.

    Attributes:
        parts: part, class; in the order of the panel.
        inspections: part, appraiser, kind, trial, is_rejected.
        good_class: Class that is to be accepted.
    """

    parts: pl.DataFrame
    inspections: pl.DataFrame
    good_class: str

    @property
    def defective(self) -> pl.DataFrame:
        """Parts that are to be rejected."""
        return self.parts.filter(pl.col("class") != self.good_class)

    def counts(self, kind: str) -> pl.DataFrame:
        """Return part, class, rejected and inspections of one kind, in the panel's order."""
        own = self.inspections.filter(pl.col("kind") == kind)
        counted = own.group_by("part").agg(rejected=pl.col("is_rejected").sum(), inspected=pl.len())
        joined = self.parts.join(counted, on="part", how="inner", maintain_order="left")
        return joined.with_columns(pl.col("rejected", "inspected").cast(pl.Int64))

    def ratings(self, kind: str) -> tuple[IntArray, IntArray]:
        """Return (parts, appraisers, trials) codes, 1 rejected, and the parts' own.

        Only parts that every appraiser of the kind judged as often as any.
        """
        own = self.inspections.filter(pl.col("kind") == kind).sort("part", "appraiser", "trial")
        each = own.group_by("part", "appraiser", maintain_order=True).agg("is_rejected")
        people, trials = own["appraiser"].n_unique(), own["trial"].n_unique()
        full = each.filter(pl.col("is_rejected").list.len() == trials)
        whole = full.group_by("part", maintain_order=True).agg("is_rejected", seen=pl.len())
        whole = whole.filter(pl.col("seen") == people).join(self.parts, on="part", how="left")
        codes = np.array(whole["is_rejected"].to_list(), dtype=np.int64)
        reference = (whole["class"] != self.good_class).cast(pl.Int64).to_numpy()
        return codes.reshape(whole.height, people, trials), reference


def read_panel(panel: Path, results: Path, good_class: str) -> PanelResults:
    """Read a panel and what was made of it.

    Args:
        panel: CSV of ``part`` and ``class``, as frozen.
        results: CSV of ``part``, ``appraiser``, ``kind`` (people or machine), ``trial`` and
            ``rejected``.
        good_class: Class that is to be accepted.

    Raises:
        SourceError: A file cannot be read, a column is missing, or a row is not as it must be; the
            message names file and line.
    """
    parts = _read(panel, PARTS)
    if parts["part"].is_duplicated().any():
        twice = parts.filter(pl.col("part").is_duplicated())["part"][0]
        raise SourceError(f"{panel.name}: part '{twice}' stands twice.")
    if good_class not in set(parts["class"]):
        raise SourceError(f"{panel.name}: no part is of the class '{good_class}', to be accepted.")
    found = _read(results, RESULTS).with_row_index("line", offset=2)
    found = found.with_columns(
        pl.col("kind").str.to_lowercase(), said=pl.col("rejected").str.to_lowercase()
    )
    wrong = {
        "part": ~pl.col("part").is_in(parts["part"].implode()),
        "kind": ~pl.col("kind").is_in([PEOPLE, MACHINE]),
        "rejected": ~pl.col("said").is_in(sorted(REJECTED | ACCEPTED)),
    }
    for column, is_wrong in wrong.items():
        bad = found.filter(is_wrong)
        if bad.height:
            row = bad.row(0, named=True)
            raise SourceError(
                f"{results.name}, line {row['line']}, {column}: '{row[column]}' is "
                f"{_expected(column, panel.name)}."
            )
    key = ["part", "appraiser", "kind", "trial"]
    twice = found.filter(pl.struct(key).is_duplicated())
    if twice.height:
        raise SourceError(
            f"{results.name}, line {twice['line'][1]}: this part, appraiser and trial stands there "
            f"already, on line {twice['line'][0]}."
        )
    is_rejected = pl.col("said").is_in(sorted(REJECTED)).alias("is_rejected")
    return PanelResults(parts, found.select(*key, is_rejected), good_class)


def panel_findings(
    panel: PanelResults, settings: Mapping[str, float | str]
) -> dict[str, Challenged]:
    """Judge a panel: detection by class, false rejects, agreement, and the people beside it.

    Args:
        panel: Its parts and inspections.
        settings: Of the protocol: ``margin``, of the comparison with people.

    Returns:
        ``detection_<class>`` and ``false_reject`` of the machine, ``kappa_to_reference``; with
        people ``knapp_ratio``, ``difference_to_people`` and ``kappa_among_people``.
    """
    machine, people = panel.counts(MACHINE), panel.counts(PEOPLE)
    found = _by_class(panel, machine)
    if machine.height:
        ratings, reference = panel.ratings(MACHINE)
        if ratings.size:
            kappas = attribute_agreement(ratings, reference).reference_kappas
            weakest = min(kappas, key=lambda each: each.value)
            found["kappa_to_reference"] = _kappa(weakest, len(reference), "to the known classes")
    if machine.height and people.height:
        found |= _beside_people(panel, machine, people, float(settings.get("margin", 0.1)))
    return found


def _by_class(panel: PanelResults, machine: pl.DataFrame) -> dict[str, Challenged]:
    found = {}
    for name in sorted(set(panel.parts["class"])):
        own = machine.filter(pl.col("class") == name)
        is_good = name == panel.good_class
        criterion = "false_reject" if is_good else f"detection_{name}"
        if own.is_empty():
            found[criterion] = Challenged(None, np.nan, f"No part of class '{name}' was inspected.")
            continue
        (counted,) = detection_by_class(
            own["rejected"].to_numpy(), own["inspected"].to_numpy(), np.zeros(own.height, np.int64)
        )
        effect = counted.design_effect
        low, high = clopper_pearson(
            counted.rejected / effect, counted.trials / effect, level=ONE_SIDED
        )
        share = counted.rejected / counted.trials
        end, word = (high, "most") if is_good else (low, "least")
        said = (
            f"{counted.rejected} of {counted.trials} inspections of {own.height} parts of class "
            f"'{name}' rejected them: at {word} {end:.1%} at 95% confidence, repeated inspections "
            f"counted by a design effect of {effect:.2f}."
        )
        found[criterion] = Challenged(share, end, said, low, high, own.height)
    return found


def _beside_people(
    panel: PanelResults, machine: pl.DataFrame, people: pl.DataFrame, margin: float
) -> dict[str, Challenged]:
    both = machine.join(people, on="part", how="inner", suffix="_people", maintain_order="left")
    new, old = _share(both, ""), _share(both, "_people")
    test = knapp_test(old, new, margin=margin)
    found = {}
    ratio = None if test.verdict == "no_reject_zone" else test.ratio
    found["knapp_ratio"] = Challenged(
        ratio,
        test.interval[0],
        f"In the reject zone ({test.reject_zone} parts that people reject in 70% and more) the "
        f"machine rejects {test.efficiency_new:.1%}, people {test.efficiency_people:.1%}; "
        f"{test.grey_zone} parts lie in between, {test.accept_zone} are accepted.",
        *test.interval,
        test.reject_zone,
    )
    seeded = both.filter(pl.col("class") != panel.good_class)
    by_new, by_old = _share(seeded, "") > 0.5, _share(seeded, "_people") > 0.5
    compared = compare_paired(
        int((by_new & ~by_old).sum()), int((by_old & ~by_new).sum()), seeded.height, margin
    )
    found["difference_to_people"] = Challenged(
        compared.difference if seeded.height else None,
        compared.interval[0],
        f"Of {seeded.height} seeded parts, judged by the majority of inspections, "
        f"{int((by_new & ~by_old).sum())} were found by the machine alone and "
        f"{int((by_old & ~by_new).sum())} by people alone (score interval of paired shares).",
        *compared.interval,
        seeded.height,
    )
    ratings, reference = panel.ratings(PEOPLE)
    if ratings.size:
        overall = attribute_agreement(ratings, reference).overall_kappa
        found["kappa_among_people"] = _kappa(overall, len(reference), "among people and trials")
    return found


def _kappa(kappa: Kappa, parts: int, words: str) -> Challenged:
    low, high = kappa.interval(ONE_SIDED)
    if np.isnan(kappa.value):
        return Challenged(
            None, np.nan, "All judgements are of one category, which leaves no kappa."
        )
    return Challenged(
        kappa.value, low, f"Kappa {words}, the weakest where several: {kappa.value:.3f} over "
        f"{parts} parts, {kappa.observed:.1%} agreement.", low, high, parts,
    )  # fmt: skip


def _share(counted: pl.DataFrame, suffix: str) -> FloatArray:
    rejected, inspected = counted[f"rejected{suffix}"], counted[f"inspected{suffix}"]
    return (rejected / inspected).to_numpy()


def _read(file: Path, wanted: tuple[str, ...]) -> pl.DataFrame:
    try:
        frame = pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"{file.name} cannot be read as CSV: {error}") from None
    lacking = [name for name in wanted if name not in frame.columns]
    if lacking:
        raise SourceError(
            f"{file.name} lacks the column {', '.join(lacking)}; it has {', '.join(frame.columns)}."
        )
    empty = frame.filter(pl.any_horizontal(pl.col(wanted).is_null()))
    if empty.height:
        raise SourceError(f"{file.name}: {empty.height} rows lack one of {', '.join(wanted)}.")
    return frame.select(pl.col(wanted).str.strip_chars())


def _expected(column: str, panel: str) -> str:
    return {
        "part": f"no part of {panel}",
        "kind": f"neither {PEOPLE} nor {MACHINE}",
        "rejected": "neither yes nor no",
    }[column]
