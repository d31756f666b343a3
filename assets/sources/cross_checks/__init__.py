"""Contracts across tables: stages in order, units held once, amounts that add up, names that exist.

Here belong the checks no single row or table can be held to. What breaks one is kept and told, with
file and row; refusing records belongs to the contracts of single tables.
"""
