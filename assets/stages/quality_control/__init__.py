"""Quality control: stability of the product, and the laboratory's own time and repeatability.

Here belongs what is found from stability studies, storage temperatures and laboratory records. The
mathematics belongs to ``assets.statistics.stability``, and release to its own room.
"""
