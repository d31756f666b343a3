"""What deviations, corrective actions and failures say when they are counted.

Here belong recurrence, groups of like texts, suggested categories, effectiveness of corrective
actions, the escape matrix, and the paths batches took. Nothing here is a search, so all of it
follows every night.
"""
