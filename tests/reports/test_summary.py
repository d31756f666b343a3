"""The two-page summary: what page one says, that every figure is a claim, the same to the byte."""

import re

import pytest

from reports.pages.facts import Facts
from reports.summary.content import content
from reports.summary.document import render_summary, write_summary
from reports.verification import _verify_summary


def _said(plant) -> dict:
    return content(Facts(plant.query))


def test_page_one_says_what_it_is_worth_how_sure_and_when_it_pays_back(signal_plant):
    said = _said(signal_plant)
    assert said["sentence"] == (
        "Acting on what precedes failures, at stage 5 (packaging), is worth $1.0M (0.2M to 2.9M) "
        "a year after its cost, and pays for itself with probability 87%."
    )
    tiles = {tile["label"]: tile for tile in said["tiles"]}
    assert tiles["Pays back after, months"]["value"] == "17"
    assert tiles["Failures cost today, a year"]["note"] == "1.9M to 3.5M"
    assert said["programme"] == "Alert after coating and rescue"


def test_without_a_signal_nothing_is_asked_and_nothing_claimed(mix_plant):
    said = _said(mix_plant)
    assert said["sentence"].endswith("no savings are claimed.")
    assert said["ask"].startswith("No money for control.")
    assert "Any saving from control." in said["unclaimed"]
    assert [tile["value"] for tile in said["tiles"]][1] == "none"


@pytest.mark.parametrize("plant", ["signal_plant", "mix_plant"])
def test_every_number_in_the_words_is_a_claim(plant, request):
    tables = request.getfixturevalue(plant)
    said = _said(tables)
    claimed = " ".join(row["value_text"] for row in Facts(tables.query).claims.values())
    lines = [said["sentence"], said["ask"], *said["sure"], *said["risks"]]
    lines += [part for tile in said["tiles"] for part in (tile["value"], tile["note"])]
    titles = [
        row["title"]
        for row in tables.query("SELECT * FROM core.outcome_definitions").rows(named=True)
    ]
    text = re.sub(r"stage \d", "", " ".join(lines))
    for title in titles:  # a limit in a name is part of the name
        text = text.replace(title.removesuffix(" (proxy)"), "")
    for number in re.findall(r"\d[\d.,]*[MkK%]?", text):
        assert number.rstrip(".,") in claimed, number


def test_two_pages_the_same_to_the_byte_and_tampering_shows(signal_plant, tmp_path):
    path = write_summary(signal_plant, tmp_path)
    assert path.read_bytes() == render_summary(signal_plant)
    assert len(re.findall(rb"/Type\s*/Page[^s]", path.read_bytes())) == 2
    assert _verify_summary(signal_plant, path) == []
    signal_plant.execute("UPDATE economics.scenarios SET p50 = p50 * 1.01 WHERE scenario = 'base'")
    assert [each.where for each in _verify_summary(signal_plant, path)] == ["summary"]
