"""Agreement against published figures, each named with its source."""

import numpy as np
import pytest

from assets.statistics.agreement.attribute_agreement import attribute_agreement, detection_by_class
from assets.statistics.agreement.kappa import (
    Kappa,
    category_kappas,
    cohen_kappa,
    conger_kappa,
    cross_table,
    fleiss_kappa,
    free_marginal_kappa,
    light_kappa,
)
from assets.statistics.agreement.knapp import knapp_test, quality_value
from assets.statistics.agreement.non_inferiority import (
    compare_independent,
    compare_paired,
    paired_interval,
    paired_score,
    paired_sizes,
)
from assets.statistics.agreement.panel_sizes import detection_trials, kappa_subjects, most_misses

# Fleiss (1971): 30 patients by six raters each, in order of rater: depression, personality
# disorder, schizophrenia, neurosis, other (irr, diagnoses).
DIAGNOSES = np.array(
    [
        [int(code) - 1 for code in row]
        for row in (
            *("444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334"),
            *("114444", "555555", "144444", "124444", "222333", "144444", "224445", "333335"),
            *("111455", "111112", "224444", "133555", "555555", "244444", "224555", "114444"),
            *("144445", "222224", "111155", "224444", "133333", "555555"),
        )
    ]
)
WIKIPEDIA = np.array(
    [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0]),
        *([2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2]),
        *([6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
)
SAS = np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
VISION = np.array(
    [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
)


def counts(ratings: np.ndarray) -> np.ndarray:
    return np.stack([(ratings == code).sum(axis=1) for code in range(5)], axis=1)


def cohen(*rows: list[int]) -> Kappa:
    return cohen_kappa(np.array(rows))


def test_the_diagnoses_of_fleiss() -> None:
    kappa = fleiss_kappa(counts(DIAGNOSES))
    assert kappa.value == pytest.approx(0.430245, abs=5e-7)
    assert kappa.z == pytest.approx(17.6518, abs=5e-5)
    assert kappa.null_standard_error == pytest.approx(0.0243739, abs=5e-8)
    assert (kappa.observed, kappa.expected) == pytest.approx((0.5556, 0.2199), abs=5e-5)
    lone = category_kappas(counts(DIAGNOSES))
    assert lone.tolist() == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)
    assert conger_kappa(DIAGNOSES) == pytest.approx(0.442, abs=5e-4)
    assert light_kappa(DIAGNOSES) == pytest.approx(0.459, abs=5e-4)
    low, high = kappa.interval()
    assert low < 0.430 < high
    assert kappa.standard_error > kappa.null_standard_error


def test_fourteen_raters_of_ten_subjects_as_in_wikipedia() -> None:
    kappa = fleiss_kappa(WIKIPEDIA)
    assert kappa.value == pytest.approx(0.2099307, abs=5e-8)
    assert (kappa.observed, kappa.expected) == pytest.approx((0.378, 0.213), abs=5e-4)


def test_fixed_and_free_margins_as_by_randolph() -> None:
    first, second = np.array([[7, 1], [3, 5]]), np.array([[6, 1, 0], [0, 7, 0]])
    assert fleiss_kappa(first).value == pytest.approx(0.161905, abs=5e-7)
    assert free_marginal_kappa(first) == pytest.approx(0.214286, abs=5e-7)
    assert fleiss_kappa(second).value == pytest.approx(0.708333, abs=5e-7)
    assert free_marginal_kappa(second) == pytest.approx(0.785714, abs=5e-7)


def test_cohens_kappa_as_by_sas() -> None:
    plain, linear = cohen_kappa(SAS), cohen_kappa(SAS, "linear")
    assert plain.value == pytest.approx(0.4842, abs=5e-5)
    assert plain.standard_error == pytest.approx(0.1380, abs=5e-5)
    assert plain.interval() == pytest.approx((0.2137, 0.7547), abs=5e-5)
    assert plain.null_standard_error == pytest.approx(0.1484, abs=5e-5)
    assert plain.z == pytest.approx(3.2626, abs=5e-5)
    assert linear.value == pytest.approx(0.4701, abs=5e-5)
    assert linear.standard_error == pytest.approx(0.1457, abs=5e-5)
    assert linear.null_standard_error == pytest.approx(0.1426, abs=5e-5)


def test_cohens_kappa_of_wikipedia_of_cohen_and_of_fleiss() -> None:
    assert cohen([20, 5], [10, 15]).value == pytest.approx(0.40, abs=5e-3)
    assert cohen([45, 15], [25, 15]).value == pytest.approx(0.1304, abs=5e-5)
    assert cohen([25, 35], [5, 35]).value == pytest.approx(0.2593, abs=5e-5)
    own = cohen([88, 14, 18], [10, 40, 10], [2, 6, 12])  # Cohen (1960)
    assert own.value == pytest.approx(0.492, abs=5e-4)
    assert (own.observed, own.expected) == pytest.approx((0.70, 0.41), abs=5e-3)
    book = cohen([75, 1, 4], [5, 4, 1], [0, 0, 10])  # Fleiss, Statistical Methods
    assert book.value == pytest.approx(0.6765, abs=5e-5)
    assert book.standard_error == pytest.approx(0.0877, abs=5e-5)
    assert book.null_standard_error == pytest.approx(0.0762, abs=5e-5)


def test_vision_and_anxiety_of_irr() -> None:
    assert cohen_kappa(VISION).value == pytest.approx(0.595, abs=5e-4)
    assert cohen_kappa(VISION).z == pytest.approx(84.6, abs=5e-2)
    assert cohen_kappa(VISION, "linear").value == pytest.approx(0.6524, abs=5e-5)
    assert cohen_kappa(VISION, "quadratic").value == pytest.approx(0.7023, abs=5e-5)
    first = np.array([3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3]) - 1
    second = np.array([3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]) - 1
    table = cross_table(first, second)
    assert cohen_kappa(table).value == pytest.approx(0.119, abs=5e-4)
    assert cohen_kappa(table).z == pytest.approx(1.16, abs=5e-3)
    assert cohen_kappa(table, "quadratic").value == pytest.approx(0.297, abs=5e-4)
    assert cohen_kappa(table, "quadratic").z == pytest.approx(1.34, abs=5e-3)


def test_the_cross_tables_of_aiag() -> None:
    between = [([44, 6], [3, 97]), ([42, 5], [9, 94]), ([43, 7], [8, 92])]
    reference = [([45, 5], [3, 97]), ([45, 2], [3, 100]), ([42, 9], [6, 93])]
    values = [cohen(*rows).value for rows in between + reference]
    printed = [0.8629, 0.7880, 0.7761, 0.8788, 0.9230, 0.7740]
    assert values == pytest.approx(printed, abs=5e-5)


def test_raters_who_know_one_category_leave_no_kappa() -> None:
    assert np.isnan(cohen([10, 0], [0, 0]).value)
    assert np.isnan(fleiss_kappa(np.array([[3, 0], [3, 0]])).value)
    assert np.isnan(cohen([0, 0], [0, 0]).z)


def test_tangos_interval_as_printed() -> None:
    # Fagerland, Lydersen & Laake (2017), chapter 8: Cavo et al.; Tango (1998): Miyanaga, 1 of 44.
    assert paired_interval(6, 16, 161) == pytest.approx((-0.1240, -0.0054), abs=5e-5)
    assert paired_interval(0, 1, 44, 0.9)[0] == pytest.approx(-0.096, abs=5e-4)
    assert float(paired_score(0, 1, 44, -0.1)) == pytest.approx(1.709, abs=5e-4)
    assert float(paired_score(12, 4, 50, 0.0)) == pytest.approx(8 / 4)  # McNemar
    assert paired_interval(0, 0, 0) == (-1.0, 1.0)


def test_a_new_inspection_is_judged_against_its_margin() -> None:
    assert compare_paired(3, 4, 250, margin=0.05).verdict == "not_inferior"
    assert compare_paired(1, 40, 250, margin=0.05).verdict == "inferior"
    assert compare_paired(0, 1, 20, margin=0.05).verdict == "inconclusive"
    assert compare_independent(0, 0, 19, 20, margin=0.05).verdict == "inconclusive"


def test_knapps_value_and_zones() -> None:
    assert quality_value(np.array([41]), np.array([50])).tolist() == [8.2]
    people = np.array([21, 20, 9, 10, 30]) / 30  # 21 of 30 is the zone's edge
    test = knapp_test(people, np.array([0.7, 0.0, 0.1, 0.4, 1.0]))
    assert (test.reject_zone, test.grey_zone, test.accept_zone) == (2, 2, 1)
    assert test.efficiency_people == pytest.approx(0.85)
    assert test.ratio == pytest.approx(1.0)
    assert test.passes_criterion
    assert test.verdict == "inconclusive"  # the same on both, and there are but two
    assert knapp_test(0.2 * people, people).verdict == "no_reject_zone"


def test_containers_found_alike_show_what_their_number_shows() -> None:
    """All found by both leaves no spread; 29 of 29 show 0.9, as without people beside them."""
    always = np.ones(29)
    test = knapp_test(always, always, margin=0.1)
    assert test.interval == pytest.approx((0.05 ** (1 / 29), 0.05 ** (-1 / 29)))
    assert test.verdict == "at_least_as_good"
    assert knapp_test(always[:28], always[:28], margin=0.1).verdict == "inconclusive"
    assert knapp_test(always, 0.5 * always, margin=0.1).verdict == "worse"


def test_one_trial_repeats_nothing() -> None:
    study = attribute_agreement(np.array([[[1]], [[0]], [[0]]]), np.array([1, 0, 0]))
    assert (study.within[0].of, study.within[0].interval) == (0, (0.0, 1.0))
    assert (study.between.of, study.all_right.of) == (0, 3)


def test_a_zone_by_the_same_inspections_flatters_the_people() -> None:
    rng = np.random.default_rng(11)
    true = rng.uniform(0.4, 1.0, 4_000)
    people, others, new = (rng.binomial(10, true) / 10 for _ in range(3))
    same, apart = knapp_test(people, new), knapp_test(people, new, zone=others)
    assert same.ratio < 0.97  # the very same inspection looks worse
    assert apart.ratio == pytest.approx(1.0, abs=0.01)


def test_attribute_agreement_by_hand() -> None:
    ratings = np.array([[[1, 1], [1, 1]], [[0, 0], [0, 1]], [[0, 0], [0, 0]], [[1, 1], [1, 1]]])
    study = attribute_agreement(ratings, np.array([1, 0, 0, 0]))
    assert [agreed.parts for agreed in study.within] == [4, 3]
    assert [agreed.parts for agreed in study.with_reference] == [3, 2]
    assert (study.between.parts, study.all_right.parts, study.between.of) == (3, 2, 4)
    assert study.repeat_kappas[0].value == pytest.approx(1.0)
    assert study.between.interval == pytest.approx((0.1941, 0.9937), abs=5e-5)


def test_repeated_judgements_of_a_part_count_as_far_as_they_differ() -> None:
    classes = np.repeat([0, 1], 29)
    once = detection_by_class(np.ones(58, dtype=int), np.ones(58, dtype=int), classes)
    assert [found.interval[0] for found in once] == pytest.approx([0.8806] * 2, abs=5e-5)
    thrice = detection_by_class(np.full(58, 3), np.full(58, 3), classes)
    assert thrice[0].interval[0] == pytest.approx(once[0].interval[0])
    rng = np.random.default_rng(2)
    alike = detection_by_class(3 * rng.binomial(1, 0.5, 200), np.full(200, 3), np.zeros(200, int))
    assert alike[0].design_effect == pytest.approx(3.0, abs=0.05)
    single = detection_by_class(rng.binomial(3, 0.5, 200), np.full(200, 3), np.zeros(200, int))
    assert single[0].design_effect < 1.4


def test_planned_sizes_by_hand_and_what_cannot_be_planned() -> None:
    assert detection_trials(0.999) == 29  # .999 ** 29 = .971
    assert detection_trials(0.99) == 46  # .99 ** 29 = .747 is not enough; one miss of 46: .923
    assert (most_misses(28), most_misses(29), most_misses(46), most_misses(61)) == (-1, 0, 1, 2)
    assert kappa_subjects(np.array([0.5, 0.5]), 0.85, 0.7) == 117  # 10.786 ** 2 = 116.3
    with pytest.raises(ValueError, match="above what is to be shown"):
        detection_trials(0.9)
    with pytest.raises(ValueError, match="above the least"):
        kappa_subjects(np.array([0.5, 0.5]), 0.5, 0.7)
    with pytest.raises(ValueError, match="above minus the margin"):
        paired_sizes(0.05, 0.1, difference=-0.06)
