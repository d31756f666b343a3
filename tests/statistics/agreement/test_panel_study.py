"""A small smoke of the study of planned panels."""

from benchmarks.panel_study import panel_row


def test_thirty_panels_of_planned_sizes_show_what_they_were_planned_for() -> None:
    for kind in (
        "detection 0.97 above 0.90, power 0.8",
        "kappa 0.85 above 0.70, halves, power 0.8",
    ):
        row = panel_row(kind, first_seed=3, panels=30)
        assert int(str(row["shown"])) >= int(str(row["fewest_allowed"]))
        assert int(str(row["shown_at_the_edge"])) <= int(str(row["most_allowed_at_the_edge"]))
