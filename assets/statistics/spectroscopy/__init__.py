"""Spectra as a measurement: scatter taken out, results predicted, odd spectra refused.

Here belongs what a chemometrician names, from arrays of spectra, rows by wavelength. Which batches
were scanned and what follows for them does not belong here.
"""
