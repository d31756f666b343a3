"""Homes nobody can write to, and words of the command line that make no sense."""

import json
import os
import re

from assets.virtual_plant.declaration.plant_file import TABLETS
from tests.bad_inputs.ground import PUBLISHED, RUN, BadInput, Ground, Spoil, as_delivered, put, sql


def run(*more: str, home: str = "{home}") -> tuple[str, ...]:
    """A run with further words, or in another home."""
    return ("run", "--quick", "--source", "{profile}", "--data", "{data}", "--home", home, *more)


def roi(*more: str) -> tuple[str, ...]:
    return ("roi", *more)


def what_if(condition: str) -> tuple[str, ...]:
    return ("what-if", condition, "--home", "{home}")


def pipe(path: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        place = ground.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(place)

    return spoil


def link(path: str, target: str) -> Spoil:
    """Put a link at a path; its target is written as it is."""
    return lambda ground: (ground.folder / path).symlink_to(target.format(folder=ground.folder))


def laughing() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for n in range(1, 10):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    return "\n".join(lines).encode()


def plant_of(expression: str) -> Spoil:
    """Write a plant file in which a variable is this expression."""

    def spoil(ground: Ground) -> None:
        text = TABLETS.read_text()
        (sound,) = re.findall('expression: ("sqrt.*")', text)
        (ground.folder / "p.yaml").write_text(text.replace(sound, json.dumps(expression)))

    return spoil


SIMULATED = ("simulate", "--out", "{home}", "--batches", "20", "--plant", "{folder}/p.yaml")
DRAFTED = ("assumptions", "--home", "{home}", "--draft", "{folder}/a.yaml")
PRICED = roi("--assumptions", "{folder}/a.yaml")

HOMES = [
    BadInput("home_is_a_file", put("home", b"hello"), "home", RUN),
    BadInput("home_lies_in_a_file", put("home", b"hello"), "home", run(home="{folder}/home/x")),
    BadInput("home_cannot_be_written", as_delivered, "/proc", run(home="/proc/lotwise")),
    BadInput("home_is_a_device", as_delivered, "/dev/null", run(home="/dev/null")),
    BadInput("home_is_a_link_to_nothing", link("home", "{folder}/gone/away"), "home", RUN),
    BadInput("home_is_a_link_to_itself", link("home", "home"), "home", RUN),
    BadInput("home_of_10_000_letters", as_delivered, "home", run(home="{folder}/" + "a" * 10_000)),
    BadInput("home_is_the_data_folder", as_delivered, "data", run(home="{data}")),
    BadInput("home_whose_lock_is_a_folder", put("home/run.lock", None), "run.lock", RUN),
    BadInput("home_whose_lock_is_a_pipe", pipe("home/run.lock"), "run.lock", RUN),
    BadInput("home_whose_work_is_a_file", put("home/work", b""), "work", RUN),
    BadInput("home_whose_spill_is_a_file", put("home/spill", b""), "spill", RUN),
    BadInput("home_whose_published_is_a_file", put("home/published", b""), "published", RUN),
    BadInput("home_whose_reports_is_a_file", put("home/reports", b""), "reports", RUN),
    BadInput("home_whose_history_is_a_file", put("home/dagster", b""), "dagster", RUN),
    BadInput("published_is_text", put(PUBLISHED, b"hello" * 1000), "warehouse", sql("SELECT 1")),
    BadInput("published_is_empty", put(PUBLISHED, b""), "warehouse", sql("SELECT 1")),
    BadInput("published_is_a_folder", put(PUBLISHED, None), "warehouse", sql("SELECT 1")),
    BadInput("published_is_a_pipe", pipe(PUBLISHED), "warehouse", sql("SELECT 1")),
    BadInput(
        "published_is_text_to_verify",
        put(PUBLISHED, b"x" * 9000),
        "warehouse",
        ("verify", "--home", "{home}"),
    ),
    BadInput(
        "published_is_text_to_report",
        put(PUBLISHED, b"x" * 9000),
        "warehouse",
        ("report", "--home", "{home}"),
    ),
    BadInput(
        "published_source_climbs",
        put("home/published/source_key", b"../../../x\n"),
        "source_key|lotwise run",
        ("publish", "--home", "{home}"),
    ),
    BadInput(
        "published_source_is_binary",
        put("home/published/source_key", b"\xff\xfe\x00"),
        "source_key|lotwise run",
        ("publish", "--home", "{home}"),
    ),
    BadInput("home_of_a_query_is_a_file", put("home", b""), "home", sql("SELECT 1")),
    BadInput("home_of_a_query_is_a_link_to_itself", link("home", "home"), "home", sql("SELECT 1")),
]
QUESTIONS = [
    BadInput("window_upside_down", as_delivered, "not below", what_if("x in [2, 1]")),
    BadInput("window_that_is_no_number", as_delivered, "write it as", what_if("x in [nan, 1]")),
    BadInput("window_open_at_both_ends", as_delivered, "both ends", what_if("x in [-inf, 1e400]")),
    BadInput("condition_without_a_name", as_delivered, "write it as", what_if("<= 3")),
    BadInput("condition_of_blanks", as_delivered, "too long", what_if("x" + " " * 100_000 + "y")),
    BadInput("condition_of_nothing", as_delivered, "write it as", what_if("")),
    BadInput("question_to_no_run", as_delivered, "lotwise run", what_if("x <= 1")),
    BadInput("question_to_a_text", put(PUBLISHED, b"hello" * 1000), "warehouse", what_if("x <= 1")),
]
NUMBERS = [
    BadInput("seed_below_zero", as_delivered, "seed", run("--seed", "-1")),
    BadInput("seed_of_40_digits", as_delivered, "seed", run("--seed", "9" * 40)),
    BadInput("seed_of_5_000_digits", as_delivered, "seed", run("--seed", "9" * 5000)),
    BadInput("seed_without_end", as_delivered, "seed", run("--seed", "1e400")),
    BadInput("seed_that_is_no_number", as_delivered, "seed", run("--seed", "nan")),
    BadInput("as_of_the_year_0", as_delivered, "as-of", run("--as-of", "0000-01-01")),
    BadInput(
        "as_of_the_first_day", as_delivered, "as-of", run("--as-of", "0001-01-01T00:00+14:00")
    ),
    BadInput("as_of_the_last_day", as_delivered, "as-of", run("--as-of", "9999-12-31T23:59-12:00")),
    BadInput("as_of_the_year_2202", as_delivered, "as-of", run("--as-of", "2202-01-01")),
    BadInput("as_of_an_epoch", as_delivered, "as-of", run("--as-of", "1e400")),
    BadInput("as_of_10_000_letters", as_delivered, "as-of", run("--as-of", "2" * 10_000)),
    BadInput(
        "simulated_batches_without_end",
        as_delivered,
        "batches",
        ("simulate", "--out", "{home}", "--batches", "1000000000000"),
    ),
    BadInput(
        "simulated_years_without_end",
        as_delivered,
        "years",
        ("simulate", "--out", "{home}", "--years", "1e400"),
    ),
    BadInput(
        "simulated_years_that_are_no_number",
        as_delivered,
        "years",
        ("simulate", "--out", "{home}", "--years", "nan"),
    ),
    BadInput(
        "simulated_years_of_a_geological_age",
        as_delivered,
        "years",
        ("simulate", "--out", "{home}", "--years", "65000000"),
    ),
    BadInput(
        "simulated_rate_that_is_no_number",
        as_delivered,
        "failure",
        ("simulate", "--out", "{home}", "--failure-rate", "nan"),
    ),
    BadInput(
        "simulated_seed_of_40_digits",
        as_delivered,
        "seed",
        ("simulate", "--out", "{home}", "--batches", "20", "--seed", "9" * 40),
    ),
    BadInput(
        "simulated_reruns_without_end",
        as_delivered,
        "reruns",
        (
            "simulate",
            "--out",
            "{home}",
            "--batches",
            "20",
            "--reruns",
            "1000000000",
            "--do",
            "api.d90_um in [1, 2]",
        ),
    ),
    BadInput(
        "simulated_plant_of_laughs",
        put("p.yaml", laughing()),
        r"p\.yaml",
        ("simulate", "--out", "{home}", "--plant", "{folder}/p.yaml"),
    ),
    BadInput(
        "simulated_plant_is_a_folder",
        put("p.yaml", None),
        r"p\.yaml",
        ("simulate", "--out", "{home}", "--plant", "{folder}/p.yaml"),
    ),
    BadInput(
        "simulated_plant_100_000_brackets_deep",
        put("p.yaml", b"[" * 100_000),
        r"p\.yaml",
        ("simulate", "--out", "{home}", "--plant", "{folder}/p.yaml"),
    ),
    BadInput("plant_expression_of_100_kb", plant_of("1 + " * 25_000 + "1"), "cold_load", SIMULATED),
    BadInput(
        "plant_expression_400_brackets_deep",
        plant_of("(" * 400 + "1" + ")" * 400),
        "cold_load",
        SIMULATED,
    ),
    BadInput(
        "plant_expression_1_500_signs_deep", plant_of("-" * 1_500 + "1"), "cold_load", SIMULATED
    ),
    BadInput(
        "plant_expression_that_runs_a_program",
        plant_of("__import__('os').system('touch x')"),
        "cold_load",
        SIMULATED,
    ),
    BadInput("plant_expression_of_a_huge_number", plant_of("9" * 400), "cold_load", SIMULATED),
    BadInput("plant_expression_without_a_value", plant_of("max()"), "cold_load", SIMULATED),
    BadInput("plant_expression_with_a_nul", plant_of("1\0"), "cold_load", SIMULATED),
    BadInput(
        "simulated_into_a_file",
        put("home", b"x"),
        "home",
        ("simulate", "--out", "{home}", "--batches", "20"),
    ),
    BadInput(
        "trials_without_end",
        as_delivered,
        "trials",
        (
            "self-test",
            "--home",
            "{home}",
            "--source",
            "{profile}",
            "--data",
            "{data}",
            "--trials",
            "1000000000000",
        ),
    ),
]
MONEY = [
    BadInput(
        "excursions_in_no_batch",
        as_delivered,
        "batches",
        (
            "excursions",
            "--home",
            "{home}",
            "--source",
            "{profile}",
            "--data",
            "{data}",
            "--batches",
            "0",
        ),
    ),
]
MONEY = [
    BadInput(
        "assumption_set_without_end", as_delivered, "1e400", roi("--set", "batches_per_year=1e400")
    ),
    BadInput(
        "assumption_set_to_no_number", as_delivered, "nan", roi("--set", "batches_per_year=nan")
    ),
    BadInput("assumption_set_below_zero", as_delivered, "-1", roi("--set", "batches_per_year=-1")),
    BadInput(
        "assumption_set_to_10_000_digits",
        as_delivered,
        "number",
        roi("--set", "batches_per_year=" + "9" * 10_000),
    ),
    BadInput(
        "assumption_set_to_a_ratio_of_zero",
        as_delivered,
        "1/0",
        roi("--set", "batches_per_year=1/0"),
    ),
    BadInput("assumption_set_without_a_name", as_delivered, "name=value", roi("--set", "=")),
    BadInput("assumption_set_that_nobody_has", as_delivered, "nobody", roi("--set", "nobody=1")),
    BadInput(
        "horizon_of_a_geological_age",
        as_delivered,
        "horizon",
        roi("--preset", "tablets", "--set", "horizon_years=999999999999"),
    ),
    BadInput(
        "workbook_into_a_folder", put("x.xlsx", None), r"x\.xlsx", roi("--xlsx", "{folder}/x.xlsx")
    ),
    BadInput(
        "workbook_into_a_file",
        as_delivered,
        r"small_plant\.yaml",
        roi("--xlsx", "{profile}/x.xlsx"),
    ),
    BadInput("assumptions_of_laughs", put("a.yaml", laughing()), r"a\.yaml", PRICED),
    BadInput(
        "assumptions_100_000_brackets_deep", put("a.yaml", b"[" * 100_000), r"a\.yaml", PRICED
    ),
    BadInput(
        "assumptions_5_000_brackets_deep",
        put("a.yaml", b"[" * 5000 + b"]" * 5000),
        r"a\.yaml",
        PRICED,
    ),
    BadInput("assumptions_in_themselves", put("a.yaml", b"name: &a [*a]"), r"a\.yaml", PRICED),
    BadInput(
        "assumptions_mapping_in_themselves", put("a.yaml", b"&a {name: *a}"), r"a\.yaml", PRICED
    ),
    BadInput("assumptions_extend_themselves", put("a.yaml", b"extends: a.yaml"), "circle", PRICED),
    BadInput("assumptions_extend_a_list", put("a.yaml", b"extends: [tablets]"), "text", PRICED),
    BadInput(
        "assumptions_extend_what_is_not_shipped",
        put("a.yaml", b"extends: tablet\n"),
        "did you mean tablets",
        PRICED,
    ),
    BadInput("draft_over_a_file", put("a.yaml", b"mine"), "published", DRAFTED),
    BadInput("top_of_nothing", as_delivered, "--top 0", ("assumptions", "--top", "0")),
    BadInput("price_set_to_a_word", as_delivered, "capa_share", run("--set", "capa_share=much")),
    BadInput("assumptions_empty", put("a.yaml", b""), r"a\.yaml", PRICED),
    BadInput("assumptions_with_a_nul", put("a.yaml", b"name: a\x00"), r"a\.yaml", PRICED),
    BadInput("assumptions_in_latin_1", put("a.yaml", b"name: caf\xe9"), r"a\.yaml", PRICED),
    BadInput("assumptions_with_a_key_twice", put("a.yaml", b"name: a\nname: b\n"), "twice", PRICED),
    BadInput(
        "assumptions_with_a_list_for_a_key", put("a.yaml", b"? [a]\n: b\n"), r"a\.yaml", PRICED
    ),
    BadInput("assumptions_are_a_folder", put("a.yaml", None), r"a\.yaml", PRICED),
    BadInput("assumptions_are_a_pipe", pipe("a.yaml"), r"a\.yaml", PRICED),
    BadInput("assumptions_are_an_endless_device", link("a.yaml", "/dev/zero"), r"a\.yaml", PRICED),
    BadInput("assumptions_of_60_mb", put("a.yaml", b"# comment\n" * 6_000_000), r"a\.yaml", PRICED),
]


CASES = [*HOMES, *QUESTIONS, *NUMBERS, *MONEY]
