"""Continued process verification: what is charted, against which limits, and what signals.

Here belong the plan, charts with versioned limits under one budget of false alarms, signals with
when they began and what else moved then, capability, and batches watched whole. The mathematics of
charts is in ``assets.statistics``; what a signal costs belongs to a mart, where the money is.
"""
