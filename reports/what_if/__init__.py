"""The live page: a reader moves prices, rates and effects, and sees what the money would be.

Here belongs the page, the program it runs and the draws it holds. No arithmetic of money does: the
program is written from the steps that were recorded while the run's own formulas computed.
"""
