"""The two-page summary: what page one says, that every figure is a claim, the same to the byte."""

import re
from datetime import date
from typing import Any

import pytest

from reports.pages.facts import Facts
from reports.summary.content import content
from reports.summary.document import render_summary, write_summary
from reports.verification import _verify_summary
from tests.reports.whole_report import render

NUMBER = r"\d[\d.,]*[MkK%]?"


def _said(plant) -> dict:
    return content(Facts(plant.query))


def test_page_one_says_what_it_is_worth_how_sure_and_when_it_pays_back(signal_plant):
    said = _said(signal_plant)
    assert said["sentence"] == (
        "Acting on what precedes failures, at stage 5 (packaging), would be worth $1.0M "
        "(0.2M to 2.9M) a year after its running cost, and pays for itself with probability "
        "87%."
    )
    tiles = {tile["label"]: tile for tile in said["tiles"]}
    assert tiles["Pays back after, months"]["value"] == "17"
    assert tiles["Failures cost today, a year"]["note"] == "1.9M to 3.5M"
    assert tiles["How sure that it pays for itself"]["value"] == "87%"
    assert said["todo"][0]["do"].startswith("Act on the alert at stage 5 (packaging)")
    assert said["todo"][0]["evidence"].startswith("Evidence owed: detection sensitivity")
    assert [step["when"] for step in said["days"]][:4] == [
        "Day 0",
        "By day 30",
        "By day 60",
        "By day 90",
    ]


def test_page_one_says_that_a_plant_is_simulated_and_a_run_quick(signal_plant):
    signal_plant.execute("UPDATE evidence.runs SET source_profile = 'tabletting', is_quick = false")
    assert _said(signal_plant)["notice"] == ""
    signal_plant.execute("UPDATE evidence.runs SET source_profile = 'sterile_vials'")
    assert _said(signal_plant)["notice"].startswith("A simulated plant with planted causes")
    signal_plant.execute("UPDATE evidence.runs SET is_quick = true")
    assert _said(signal_plant)["notice"].endswith("Decide on a full one.")


@pytest.mark.parametrize(
    ("worth_usd", "sentence"),
    [
        (5e4, "Worth knowing first: batch value; to know it exactly would be worth $50k."),
        (2e-10, "No single assumption, known exactly, would change what to do"),
    ],
)
def test_an_input_worth_next_to_nothing_is_not_worth_a_study(plant_priced_at, worth_usd, sentence):
    row: dict[str, Any] = {"input": "batch_value_usd", "title": "Batch value", "kind": "assumption"}
    row |= {"npv_if_low_usd": 1e6, "npv_if_high_usd": 2e6, "swing_usd": 1e6, "rank": 1}
    plant = plant_priced_at(
        {}, {"economics.sensitivity": [row | {"value_of_information_usd": worth_usd}]}
    )
    assert any(line.startswith(sentence) for line in _said(plant)["sure"])


def test_without_a_signal_nothing_is_asked_and_nothing_claimed(mix_plant):
    said = _said(mix_plant)
    assert said["sentence"].endswith("No savings are claimed.")
    assert said["ask"].startswith("No money for control.")
    assert "Any saving from control." in said["unclaimed"]
    assert [tile["value"] for tile in said["tiles"]][1] == "none"
    assert said["tiles"][0]["label"] == "A year, were all beyond limits lost"
    assert said["cost_caption"].endswith("had each been lost")


VERDICTS_WITHOUT_SIGNAL = {
    "no_signal": "Nothing recorded before the result foretold failures",
    "product_mix_only": "Which product is made says something about failures",
    "leak_suspected": "A column foretells the result as hardly a process can.",
    "too_few_failures": "There are too few independent failures to say either way",
}


@pytest.mark.parametrize("verdict", VERDICTS_WITHOUT_SIGNAL)
def test_each_verdict_says_what_it_means_and_no_other(mix_plant, verdict):
    mix_plant.execute(f"UPDATE model.verdicts SET verdict = '{verdict}' WHERE is_primary_gate")
    meaning = VERDICTS_WITHOUT_SIGNAL[verdict]
    facts = Facts(mix_plant.query)
    assert content(facts)["sentence"].startswith(meaning)
    html = re.sub(r"\s+", " ", render(mix_plant))
    opening = re.search(r'class="sentence">(.*?)</p>', html)
    assert opening is not None
    assert opening[1].strip().startswith(meaning)
    assert "No savings from control are claimed." in opening[1]


def test_without_a_verdict_nothing_is_said_about_failures(mix_plant):
    mix_plant.execute("UPDATE model.verdicts SET is_primary_gate = false")
    sentence = _said(mix_plant)["sentence"]
    assert sentence == "These records do not support a verdict. No savings are claimed."


@pytest.mark.parametrize("npv", [-0.1e6, None])
def test_worth_takes_a_net_present_value_above_zero(plant_priced_at, npv):
    """Savings above the running cost are not worth it where they never earn back the start."""
    plant = plant_priced_at({"npv_usd": npv})
    said = _said(plant)
    assert "is not shown to pay" in said["sentence"]
    assert said["ask"].startswith("No money now.")
    html = render(plant)
    assert "is not shown to pay" in html
    assert "would be worth" not in html


@pytest.mark.parametrize(("share", "is_said"), [(0.62, True), (1.0, False), (1.7, False)])
def test_still_pays_only_where_the_break_even_is_below_all(plant_priced_at, share, is_said):
    lines = _said(plant_priced_at({"break_even_effect_share": share}))["sure"]
    assert any("still pays" in line for line in lines) == is_said


@pytest.mark.parametrize("source", ["virtual_plant", "sterile_vials", "tabletting"])
def test_a_simulated_source_is_called_one(signal_plant, source):
    signal_plant.execute(f"UPDATE evidence.runs SET source_profile = '{source}'")
    is_said = (
        "Anything about a real plant: this one is simulated." in _said(signal_plant)["unclaimed"]
    )
    assert is_said == (source != "tabletting")
    assert ("simulated plant" in render(signal_plant)) == is_said


def test_savings_that_fall_short_of_their_cost_never_pay_for_it(plant_priced_at):
    plant = plant_priced_at({"break_even_effect_share": 24.4})
    claim = Facts(plant.query).claims["savings.measure[base/break_even_effect_share]"]
    assert (claim["value"], claim["value_text"]) == (float("inf"), "never")


def test_a_promise_under_way_is_followed(plant_priced_at):
    plant = plant_priced_at({})
    assert (
        "Write its start and the failure rates before and promised into the assumptions"
        in _said(plant)["ask"]
    )
    month = {
        "month": date(2025, 1, 1),
        "batches": 17,
        "failures": 0,
        "e_value": 1.42,
        "is_shown": False,
        "failures_before": 12,
        "batches_before": 400,
        "design_effect": 1.2,
        "failure_prob_before": 0.03,
        "failure_prob_promised": 0.01,
        "is_promise": True,
    }
    followed = _said(plant_priced_at({}, {"economics.savings_tracker": [month]}))
    assert "write its start" not in followed["ask"]
    assert any("promised failure rate is 1.4; twenty or more" in each for each in followed["sure"])


def test_statements_follow_the_tables(signal_plant):
    """No alert in the programme: no money rests on its counts; nothing promised: no proof."""
    assert "an alert that also leaves alone every batch at a risk" in render(signal_plant)
    signal_plant.execute("UPDATE economics.levers SET is_in_programme = false")
    html = render(signal_plant)
    assert "No alert is in the programme" in html
    assert "That the saving could be proven soon" not in html  # nothing was computed on it
    assert not any("most of the uncertainty" in line for line in _said(signal_plant)["risks"])


@pytest.mark.parametrize("plant", ["signal_plant", "mix_plant"])
def test_every_number_in_the_words_is_a_claim(plant, request):
    tables = request.getfixturevalue(plant)
    said = _said(tables)
    texts = " ".join(row["value_text"] for row in Facts(tables.query).claims.values())
    claimed = {number.rstrip(".,") for number in re.findall(NUMBER, texts)}
    lines = [said["sentence"], said["ask"], *said["sure"], *said["risks"]]
    lines += [part for tile in said["tiles"] for part in (tile["value"], tile["note"])]
    titles = [
        row["title"]
        for row in tables.query("SELECT * FROM core.outcome_definitions").rows(named=True)
    ]
    text = re.sub(r"stage \d", "", " ".join(lines))
    for title in titles:  # a limit in a name is part of the name
        text = text.replace(title.removesuffix(" (proxy)"), "")
    found = [number.rstrip(".,") for number in re.findall(NUMBER, text)]
    assert len(found) >= 5
    assert set(found) <= claimed, set(found) - claimed


def test_two_pages_the_same_to_the_byte_and_tampering_shows(signal_plant, tmp_path):
    path = write_summary(signal_plant, tmp_path)
    assert path.read_bytes() == render_summary(signal_plant)
    assert len(re.findall(rb"/Type\s*/Page[^s]", path.read_bytes())) == 2
    assert _verify_summary(signal_plant, path) == []
    signal_plant.execute("UPDATE economics.scenarios SET p50 = p50 * 1.01 WHERE scenario = 'base'")
    assert [each.where for each in _verify_summary(signal_plant, path)] == ["summary"]


def test_a_long_reason_keeps_whole_sentences_and_the_summary_two_pages(signal_plant):
    """A caveat cut in half reads as if there were none; levers with long reasons fit the page."""
    sentence = "A batch of a lot that nobody tested might explain what was found here. "
    signal_plant.execute(
        f"UPDATE evidence.claims SET value_text = '{sentence * 6}' "
        "WHERE starts_with(claim_id, 'lever.reason')"
    )
    levers = _said(signal_plant)["levers"]
    assert levers
    assert {each["reason"] for each in levers} == {(sentence * 3).strip()}
    assert len(re.findall(rb"/Type\s*/Page[^s]", render_summary(signal_plant))) == 2


def test_a_long_reason_of_a_refused_lever_keeps_why_it_is_refused(signal_plant):
    found, refused = "Holding it goes with fewer failures, as far as can be told. ", "None is told."
    signal_plant.execute(
        f"UPDATE evidence.claims SET value_text = '{found * 6}{refused}' "
        "WHERE starts_with(claim_id, 'lever.reason')"
    )
    by_standing = {each["standing"]: each["reason"] for each in _said(signal_plant)["levers"]}
    assert set(by_standing) == {"refused"}
    assert by_standing["refused"].endswith(refused)
    assert by_standing["refused"].startswith("Holding")
