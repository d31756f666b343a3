"""What a profile may say at its root, and what may be accepted although it looks like a mistake."""

ROOT_KEYS = [
    "profile",
    "extends",
    "title",
    "description",
    "origin",
    "data_dir",
    "assumptions",
    "files",
    "tables",
    "outcomes",
    "failure_modes",
    "ignored_files",
    "wide_table",
    "measured_before_result",
    "accepted",
    "units",
    "verification_plan",
]
# What ``lotwise check`` refuses because it is nearly always a mistake, and may be right all the
# same.
ACCEPTABLE = (
    "rows_sorted_by_result",
    "failed_value_never_occurs",
    "nothing_decided",
    "records_of_no_batch",
    "two_magnitudes",
    "unit_changed",
)
