"""Windows that somebody names: what holding them would have changed on the records of the plant.

Here belong the question, the guards that refuse it, and the answer. How an effect is estimated
belongs to ``windows``, and what it is worth to ``programme``.
"""
