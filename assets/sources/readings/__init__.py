"""Sensor readings as SQL over delivered files, read by DuckDB where they lie.

Readings are too many for frames. Here belongs the SQL that makes any delivered layout look like
``raw.sensor_readings`` and that finds what must be refused; running it is not done here, only text
is made.
"""
