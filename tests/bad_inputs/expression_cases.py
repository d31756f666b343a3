"""Expressions of a profile that are too long, too deep, or no expression at all."""

from tests.bad_inputs.ground import BadInput, Ground


def derived(expression: str):
    """Write an expression where a derived column stands."""
    return lambda ground: ground.rule(expression)


def ruled(expression: str):
    """Write an expression, quoted as YAML, where the rule of the outcome stands."""

    def spoil(ground: Ground) -> None:
        ground.swap("rule: disposition = 'rejected'", f"rule: {expression}")

    return spoil


HERE = r"small_plant\.yaml, line \d+"
# Odd, but it has a meaning: a value of every row, or none.
DEFINED = "lab_results"

CASES = [
    BadInput("rule_of_one_blank", ruled('" "'), HERE),
    BadInput("rule_of_blank_lines", ruled('"\\n\\n\\t"'), HERE),
    BadInput("rule_that_is_empty", ruled('""'), HERE),
    BadInput("rule_of_invisible_blanks", ruled('"\\u200b\\u00a0"'), HERE),
    BadInput("expression_of_100_kb", derived("value + " * 12_500 + "1"), HERE),
    BadInput("expression_of_1_mb_in_one_text", derived("'" + "x" * 1_000_000 + "'"), HERE),
    BadInput("expression_10_000_brackets_deep", derived("(" * 10_000 + "1" + ")" * 10_000), HERE),
    BadInput("expression_500_brackets_deep", derived("(" * 500 + "value" + ")" * 500), HERE),
    BadInput(
        "expression_3_000_minus_signs", derived("- " * 3_000 + "value"), DEFINED, codes=(0, 2)
    ),
    BadInput("expression_3_000_nots", derived("NOT " * 3_000 + "value > 1"), DEFINED, codes=(0, 2)),
    BadInput(
        "expression_1_000_cases_deep",
        derived("CASE WHEN value > 1 THEN " * 1_000 + "1" + " ELSE 0 END" * 1_000),
        HERE,
    ),
    BadInput("expression_1_500_calls_deep", derived("abs(" * 1_500 + "value" + ")" * 1_500), HERE),
    BadInput("expression_of_2_000_sums", derived("value" + " + value" * 2_000), HERE),
    BadInput(
        "expression_that_grows_without_bound",
        derived(
            "replace(" * 12 + "concat(test, 'aaaaaaaaaaaaaaaa')" + ", 'a', 'aaaaaaaaaaaaaaaa')" * 12
        ),
        HERE,
    ),
    BadInput("expression_with_a_subquery", derived("(SELECT 1)"), HERE),
    BadInput("expression_over_other_rows", derived("sum(value) OVER ()"), HERE),
    BadInput("expression_of_every_column", derived("*"), HERE),
    BadInput("expression_of_every_column_of_a_table", derived("t.*"), HERE),
    BadInput("expression_of_columns_by_pattern", derived("COLUMNS('.*')"), HERE),
    BadInput("expression_that_reads_a_file", derived("read_csv('/etc/passwd')"), HERE),
    BadInput("expression_of_two_statements", derived("1; DROP TABLE x"), HERE),
    BadInput("expression_that_is_a_comment", derived("-- nothing"), HERE),
    BadInput("expression_text_never_closed", derived("'abc"), HERE),
    BadInput("expression_name_never_closed", derived('"abc'), HERE),
    BadInput("expression_bracket_never_closed", derived("(1"), HERE),
    BadInput("expression_with_an_unknown_type", derived("cast(value AS klingon)"), HERE),
    BadInput("expression_with_too_few_arguments", derived("round()"), HERE),
    BadInput("expression_with_too_many_arguments", derived("abs(1, 2, 3, 4)"), HERE),
    BadInput("expression_of_a_number_without_end", derived("9" * 5_000), DEFINED, codes=(0, 2)),
    BadInput("expression_of_half_a_number", derived("1.2.3"), HERE),
    BadInput("expression_of_symbols", derived("@ # $ % ^ & \\ ` ~"), HERE),
    BadInput("expression_of_a_parameter", derived("$1"), HERE),
    BadInput("expression_with_a_missing_column", derived("valeu * 2"), "value"),
    BadInput("expression_of_types_that_do_not_fit", derived("value + test LIKE 3"), HERE),
    BadInput("expression_with_a_list", derived("[1, 2, 3]"), HERE),
    BadInput("expression_with_a_broken_pattern", derived("test LIKE '%' ESCAPE 'xx'"), HERE),
    BadInput(
        "expression_of_a_date_no_calendar_has",
        lambda ground: ground.swap(
            "same_names: [batch_id, stage, test, value, unit]",
            "same_names: [batch_id, stage, test, value]\n"
            "    columns: {unit: {expression: cast(99999999 AS DATE)}}",
        ),
        DEFINED,
        codes=(1, 2),
    ),
    BadInput(
        "condition_that_is_a_text",
        lambda ground: ground.swap(
            "same_names: [batch_id, stage, test, value, unit]",
            "same_names: [batch_id, stage, test, value, unit]\n    where: test || unit",
        ),
        "is no condition",
    ),
    BadInput(
        "expression_that_cuts_backwards",
        derived("substr(test, -99999999999999999999)"),
        DEFINED,
        codes=(0, 2),
    ),
]
