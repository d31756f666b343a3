"""Formulation: what spectra of blends and solutions say, and which of them may be believed.

Here belongs what is found from process analytical technology of the mixing stage. How spectra are
pretreated, calibrated and judged belongs to ``assets.statistics.spectroscopy``.
"""
