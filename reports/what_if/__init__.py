"""The live page: a reader moves prices, rates and effects, and sees what the money would be.

Here belong the page, the program it runs and the draws it holds. Arithmetic of money does not: the
program is written from the steps that were recorded while the run's own formulas computed.
"""
