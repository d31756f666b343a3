"""Profiles that are no YAML, no profile, or ask for what no profile may have."""

import os
from collections.abc import Callable

from tests.bad_inputs.ground import PROFILE, RUN, BadInput, Ground

Spoil = Callable[[Ground], object]


def text(content: str) -> Spoil:
    """Replace the whole profile."""
    return lambda ground: ground.profile.write_text(content)


def octets(content: bytes) -> Spoil:
    """Replace the whole profile by bytes."""
    return lambda ground: ground.profile.write_bytes(content)


def swapped(old: str, new: str) -> Spoil:
    """Change one place of the profile."""
    return lambda ground: ground.swap(old, new)


def named(name: str) -> Spoil:
    """Give the profile another name."""
    return lambda ground: ground.swap("profile: small_plant", f"profile: {name}")


def at(path: str) -> Spoil:
    """Let the profile look for its results elsewhere."""
    return lambda ground: ground.swap("path: results.csv", f"path: {path}")


def added(more: str) -> Spoil:
    """Add to the profile."""
    return lambda ground: ground.add(more)


def a_folder(ground: Ground) -> None:
    ground.profile.unlink()
    ground.profile.mkdir()


def a_pipe(ground: Ground) -> None:
    ground.profile.unlink()
    os.mkfifo(ground.profile)


def a_device(ground: Ground) -> None:
    ground.profile.unlink()
    ground.profile.symlink_to("/dev/zero")


def laughing() -> str:
    """Nine lists of nine names of the list before: a billion words when written out."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for n in range(1, 10):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    return PROFILE + "\n".join(lines) + "\n"


def merged() -> str:
    """Mappings that each take in nine of the mapping before."""
    lines = ["m0: &m0 {a: 1}"]
    for n in range(1, 9):
        lines.append(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}], k{n}: 1}}")
    return PROFILE + "\n".join(lines) + "\n"


EXTENDING_ITSELF = "extends: small_plant.yaml\n" + PROFILE
IS_YAML = r"small_plant\.yaml"

CASES = [
    BadInput("yaml_of_a_billion_laughs", text(laughing()), IS_YAML),
    BadInput("yaml_of_merged_laughs", text(merged()), IS_YAML),
    BadInput("yaml_100_000_brackets_deep", text("a: " + "[" * 100_000), IS_YAML),
    BadInput("yaml_5_000_brackets_deep", text(PROFILE + "x: " + "[" * 5000 + "]" * 5000), IS_YAML),
    BadInput(
        "yaml_2_000_blocks_deep",
        text("".join(" " * n + f"k{n}:\n" for n in range(2000))),
        IS_YAML,
    ),
    BadInput("yaml_alias_to_itself", added("ignored_files: &a [*a]\n"), IS_YAML),
    BadInput("yaml_mapping_in_itself", added("ignored_files: &a {x: *a}\n"), IS_YAML),
    BadInput("yaml_merging_itself", added("ignored_files: &a {<<: *a}\n"), IS_YAML),
    BadInput("yaml_alias_of_nothing", added("ignored_files: *nobody\n"), "undefined alias"),
    BadInput("yaml_key_twice", added("profile: other\n"), "line 17.*there already"),
    BadInput("yaml_with_tabs", swapped("    file: batches", "\tfile: batches"), "line 7"),
    BadInput("yaml_of_10_mb_in_one_text", added(f"description: {'x' * 10_000_000}\n"), IS_YAML),
    BadInput("yaml_of_60_mb", text(PROFILE + "# comment\n" * 6_000_000), IS_YAML),
    BadInput("yaml_in_latin_1", octets(PROFILE.encode() + b"title: caf\xe9\n"), IS_YAML),
    BadInput("yaml_in_utf_16", octets(PROFILE.encode("utf-16")), IS_YAML),
    BadInput("yaml_with_a_nul", octets(PROFILE.encode() + b"title: a\x00b\n"), IS_YAML),
    BadInput(
        "yaml_that_runs_a_program",
        added("title: !!python/object/apply:os.system ['touch owned']\n"),
        IS_YAML,
    ),
    BadInput("yaml_of_two_documents", added("---\nprofile: second\n"), IS_YAML),
    BadInput("yaml_that_is_a_list", text("- a\n- b\n"), "mapping"),
    BadInput("yaml_that_is_empty", text(""), "mapping"),
    BadInput("yaml_that_is_one_word", text("hello\n"), "mapping"),
    BadInput("yaml_number_of_10_000_digits", added(f"title: {'9' * 10_000}\n"), IS_YAML),
    BadInput("yaml_whole_number_that_is_none", added("title: !!int abc\n"), IS_YAML),
    BadInput("yaml_number_that_is_none", added("title: !!float abc\n"), IS_YAML),
    BadInput("yaml_truth_that_is_none", added("title: !!bool abc\n"), IS_YAML),
    BadInput("yaml_date_that_is_none", added("title: !!timestamp abc\n"), IS_YAML),
    BadInput("yaml_binary_text", added("title: !!binary aGFsbG8=\n"), IS_YAML),
    BadInput("yaml_half_a_character", added('title: "\\ud800"\nx: 1\n'), IS_YAML),
    BadInput("yaml_key_that_is_a_list", added("? [a, b]\n: c\n"), IS_YAML),
    BadInput("yaml_key_that_is_nothing", added("? \n: c\n"), IS_YAML),
    BadInput("yaml_key_with_escapes", added('"\\e[31mred\\u202e": 1\n'), r"unknown key"),
    BadInput("profile_is_a_folder", a_folder, IS_YAML),
    BadInput("profile_is_a_pipe", a_pipe, IS_YAML),
    BadInput("profile_is_an_endless_device", a_device, IS_YAML),
    BadInput(
        "profile_path_with_a_control_character",
        lambda _: None,
        "no source profile",
        ("check", "--source", "a\x01b.yaml", "--data", "{data}"),
    ),
    BadInput(
        "profile_path_of_10_000_letters",
        lambda _: None,
        "no source profile",
        ("check", "--source", "a" * 10_000, "--data", "{data}"),
    ),
    BadInput("profile_name_climbs", named("../../x"), "line 1", RUN),
    BadInput("profile_name_climbs_in_a_check", named("../../x"), "line 1"),
    BadInput("profile_name_is_a_path", named("/tmp/lotwise_x"), "line 1", RUN),
    BadInput("profile_name_has_a_slash", named("a/b"), "line 1", RUN),
    BadInput("profile_name_is_two_dots", named('".."'), "line 1", RUN),
    BadInput("profile_name_has_escapes", named('"a\\e[31m\\u202eb"'), "line 1", RUN),
    BadInput("profile_name_has_a_nul", named('"a\\0b"'), "line 1", RUN),
    BadInput("profile_name_of_10_000_letters", named("a" * 10_000), "line 1", RUN),
    BadInput("profile_name_is_blank", named('" "'), "line 1", RUN),
    BadInput("profile_name_is_a_list", named("[a]"), "line 1"),
    BadInput("extends_itself", text(EXTENDING_ITSELF), "extends"),
    BadInput("extends_nobody", added("extends: nobody.yaml\n"), "nobody"),
    BadInput("extends_a_folder", added("extends: data\n"), "data"),
    BadInput("extends_a_list", added("extends: [a]\n"), "extends"),
    BadInput("files_is_a_list", swapped("files:\n", "files: []\nx:\n"), "files"),
    BadInput("outcomes_are_words", swapped("outcomes:\n", "outcomes: [a]\nx:\n"), "outcomes"),
    BadInput("file_above_the_data_folder", at("../secret.csv"), "below the data folder"),
    BadInput("file_by_absolute_path", at("/etc/passwd"), "below the data folder"),
    BadInput("file_above_in_the_middle", at("a/../../secret.csv"), "below the data folder"),
    BadInput("file_glob_with_two_stars_in_a_word", at("a**b"), r"\*\*"),
    BadInput("file_glob_of_three_stars", at('"***"'), r"\*\*\*"),
    BadInput("file_glob_never_closed", at('"[a"'), r"\[a"),
    BadInput("file_path_is_a_dot", at('"."'), "path|no file"),
    BadInput("file_path_is_blank", at('" "'), "path"),
    BadInput("file_path_with_a_nul", at('"a\\0.csv"'), "path"),
    BadInput("file_path_of_10_000_letters", at("a" * 10_000 + ".csv"), "path"),
    BadInput("file_path_by_backslashes", at("'..\\..\\secret.csv'"), "path|no file"),
    BadInput("file_path_of_1_000_folders", at('"' + "*/" * 1000 + 'a.csv"'), "path"),
    BadInput("separator_is_a_line_end", at('results.csv, separator: "\\n"'), "separator"),
    BadInput("separator_is_a_nul", at('results.csv, separator: "\\0"'), "separator"),
    BadInput("separator_is_a_quote", at("results.csv, separator: '\"'"), "separator"),
    BadInput("separator_is_a_word", at("results.csv, separator: ab"), "separator"),
    BadInput("encoding_unknown", at("results.csv, encoding: klingon"), "klingon"),
    BadInput("encoding_that_is_no_text", at("results.csv, encoding: hex"), "hex"),
    BadInput("encoding_that_unpacks", at("results.csv, encoding: zlib"), "zlib"),
    BadInput("encoding_that_is_undefined", at("results.csv, encoding: undefined"), "undefined"),
    BadInput("encoding_of_domain_names", at("results.csv, encoding: idna"), "idna"),
    BadInput("encoding_with_a_nul", at('results.csv, encoding: "a\\0"'), "encoding"),
    BadInput(
        "sum_of_texts",
        swapped(
            "same_names: [batch_id, stage, test, value, unit]",
            "same_names: [batch_id, stage, value, unit]\n"
            "    columns: {test: {column: test, aggregate: sum}}",
        ),
        "needs numbers.*assay_pct",
    ),
    BadInput(
        "missing_values_of_a_derived_column",
        at("results.csv, derived: {d: value}, missing: [{columns: [d], equals: 0, reason: no}]"),
        "'d' is derived",
    ),
    BadInput("format_unknown", at("results.csv, format: docx"), "docx"),
    BadInput("blank_texts_are_lists", at("results.csv, null_tokens: [[a]]"), "null_tokens"),
    BadInput(
        "date_format_that_is_none",
        swapped(
            "same_names: [batch_id, production_order, product, started_at, disposition]",
            "same_names: [batch_id, production_order, product, disposition]\n"
            "    columns: {started_at: {column: started_at, format: '%Q%!%'}}",
        ),
        "format",
    ),
    BadInput(
        "time_zone_that_is_a_folder",
        swapped(
            "same_names: [batch_id, production_order, product, started_at, disposition]",
            "same_names: [batch_id, production_order, product, disposition]\n"
            "    columns: {started_at: {column: started_at, timezone: Europe}}",
        ),
        "timezone",
    ),
    BadInput(
        "time_zone_that_climbs",
        swapped(
            "same_names: [batch_id, production_order, product, started_at, disposition]",
            "same_names: [batch_id, production_order, product, disposition]\n"
            "    columns: {started_at: {column: started_at, timezone: ../../etc/passwd}}",
        ),
        "timezone",
    ),
    BadInput(
        "limit_that_is_no_number",
        swapped(
            "    first_known_stage: 6",
            "    first_known_stage: 6\n    margins: [{quantity: assay_pct, spec_low: .nan}]",
        ),
        "spec_low",
    ),
    BadInput(
        "limit_without_end",
        swapped(
            "    first_known_stage: 6",
            "    first_known_stage: 6\n    margins: [{quantity: assay_pct, spec_high: .inf}]",
        ),
        "spec_high",
    ),
    BadInput("stage_of_99", swapped("first_known_stage: 6", "first_known_stage: 99"), "99"),
    BadInput(
        "stage_without_end", swapped("first_known_stage: 6", "first_known_stage: .inf"), "inf"
    ),
    BadInput("outcome_name_climbs", swapped("name: failure", "name: ../../x"), "name", RUN),
    BadInput("assumptions_outside", added("assumptions: ../../../../etc/passwd\n"), "passwd", RUN),
]
