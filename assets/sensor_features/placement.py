"""Which SQL decides where a reading belongs, in the order in which it runs."""

from pathlib import Path

from warehouse.sensor_readings.readings import ReadingsPlan

SQL = Path(__file__).parent / "sql"

PLAN = ReadingsPlan(
    prepared=(
        SQL / "delivered_series.sql",
        SQL / "delivered_tags.sql",
        SQL / "made_places.sql",
        SQL / "phase_lanes.sql",
        SQL / "phase_places.sql",
        SQL / "shared_areas.sql",
        SQL / "channel_lanes.sql",
        SQL / "lane_intervals.sql",
        SQL / "reading_months.sql",
    ),
    delivered=SQL / "delivered_readings.sql",
    channels=SQL / "channels.sql",
    along=SQL / "way_intervals.sql",
    batches=SQL / "batch_names.sql",
    inputs=SQL / "month_inputs.sql",
    window=SQL / "month_window.sql",
    reaching_back=SQL / "made_places.sql",
)
