"""Sensor readings as Parquet by month: built in bounded memory, read back, kept.

Here belong the mechanics of files that hold more than memory does. Which reading belongs to which
phase is said by SQL files of the sensor features; publishing the files belongs to the published
copy.
"""
