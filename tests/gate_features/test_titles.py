"""Titles as a batch record would print them."""

import pytest

from assets.gate_features.observed.titles import named, within


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("granulation_end_moisture_pct", None, "Granulation end moisture (%)"),
        ("main_compression_force_kn", "kN", "Main compression force (kN)"),
        ("dissolution_min", "%", "Dissolution minimum (%)"),
        ("impurity_l", "%", "Impurity l (%)"),
        ("tbl_rsd_weight", None, "Tablet RSD weight"),
        ("starch_ph", "pH", "Starch pH"),
        ("defects_seen", "1", "Defects seen"),
        ("wet_mass_time_min", "min", "Wet mass time (min)"),
        ("turret_temperature_c", "degC", "Turret temperature (°C)"),
        ("blend_bulk_density_g_ml", "g/mL", "Blend bulk density (g/mL)"),
        ("api_age_at_use_days", "d", "API age at use (d)"),
        ("spray_gun_distance_cm", "cm", "Spray gun distance (cm)"),
        ("api_water_pct", "pct", "API water (%)"),
        ("inlet_air_flow_m3_per_h", None, "Inlet air flow (m³/h)"),
        ("hardness_n", "kp", "Hardness n (kp)"),
        ("granulation_time_min", None, "Granulation time (min)"),
        ("hold_time_after_milling_min", None, "Hold time after milling (min)"),
        ("blend_hold_min", None, "Blend hold (min)"),
        ("lot_age_days", None, "Lot age (d)"),
        ("granulation_time_min", "%", "Granulation time minimum (%)"),
        ("rinse_volume_l", None, "Rinse volume (L)"),
        ("content_uniformity_av", None, "Content uniformity acceptance value"),
    ],
)
def test_names_become_titles(name, unit, expected):
    assert named(name, unit) == expected


def test_a_unit_procedure_is_not_said_twice():
    assert within("drying", "drying_air_temperature_c") == "drying air temperature"
    assert within("drying", "air_temperature_c") == "drying air temperature"
