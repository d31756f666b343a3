"""A lot limit: a window for an attribute of the material; lots beyond it are redirected."""

from dataclasses import replace

from assets.savings.arithmetic.lever_kinds import window

KIND = replace(window.KIND, holds=("material",), acts_in_its_stages=True)
