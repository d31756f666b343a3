"""A confirmed cause names what it says and not its namesakes."""

from assets.batch_matrix.confirmed_causes import quantities_named

QUANTITIES = ["api.d90_um", "lactose.d90_um", "coating.spray_rate_g_min", "blend_revolutions"]


def test_a_cause_names_what_it_says_and_not_its_namesakes() -> None:
    assert quantities_named("api.d90_um", QUANTITIES) == {"api.d90_um"}
    assert quantities_named("d90_um", QUANTITIES) == {"api.d90_um", "lactose.d90_um"}
    assert quantities_named("spray_rate_g_min", QUANTITIES) == {"coating.spray_rate_g_min"}
    assert quantities_named("rate_g_min", QUANTITIES) == set()
