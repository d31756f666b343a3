"""The parts of a set of cost assumptions: entries, units, levers, and how each is read.

Here belongs what an assumption file may say, as frozen dataclasses, with errors that name the
place. The files themselves lie in ``assumptions/``; what is computed from them belongs in
``assets.savings``.
"""
