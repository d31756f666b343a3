"""The seven stages, a room each: what a stage's own records say, and what is missing from them.

Here belong findings from records that belong to one stage: stability and laboratory times, release
and review, spectra, lots, weighings, inspections. What foretells a failed batch over all stages is
not found here: that belongs to the failure models and the rules.
"""
