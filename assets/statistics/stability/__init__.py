"""Stability of a product on storage: lines of degradation, shelf life, rates by temperature.

Here belongs what a stability statistician names: models of ICH Q1E, the Arrhenius law, mean kinetic
temperature, results out of trend, from arrays. Which batches, tests and conditions are looked at,
and what follows for a product, does not belong here.
"""
