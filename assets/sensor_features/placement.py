"""Which SQL decides where a reading belongs, in the order in which it runs."""

from pathlib import Path

from warehouse.sensor_readings.readings import ReadingsPlan

SQL = Path(__file__).parent / "sql"

PLAN = ReadingsPlan(
    days=SQL / "delivered_series.sql",
    prepared=(
        ("TABLE", SQL / "delivered_tags.sql"),
        ("TABLE", SQL / "made_places.sql"),
        ("TABLE", SQL / "phase_lanes.sql"),
        ("TABLE", SQL / "phase_places.sql"),
        ("TABLE", SQL / "shared_areas.sql"),
        ("TABLE", SQL / "channel_lanes.sql"),
        ("ENUM", SQL / "batch_names.sql"),
        ("ENUM", SQL / "reading_names.sql"),
        ("TABLE", SQL / "lane_hours.sql"),
        ("TABLE", SQL / "channels.sql"),
        ("VIEW", SQL / "placed_readings.sql"),
    ),
    delivered=SQL / "delivered_readings.sql",
    months=SQL / "reading_months.sql",
    readings=SQL / "month_readings.sql",
    stored=SQL / "stored_readings.sql",
    series=SQL / "month_series.sql",
    account=SQL / "month_account.sql",
    inputs=SQL / "month_inputs.sql",
    window=SQL / "month_window.sql",
    reaching_back=SQL / "made_places.sql",
)
