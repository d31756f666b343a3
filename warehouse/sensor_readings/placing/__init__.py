"""Placing delivered readings in phases: passes over columns, in bounded memory.

A reading is never joined or sorted by itself. Files are read a row group at a time; runs of
readings of one channel (equipment, named batch, tag) are found, cut at days and at the intervals of
the way the channel follows, and copied to where they stand in their month. Here belong the passes;
what a way is and which place an interval stands for belongs to SQL files of the sensor features.
"""
