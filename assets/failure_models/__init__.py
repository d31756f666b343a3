"""Models of failure, and the evidence for whether they know anything.

Here belongs what turns batch matrices into verdicts: tasks and their folds, the ladder of models,
the test of process signal, the verdict and its sentence, the drivers that a signal allows to be
named, and how alarms would have performed. Building features, deciding what was available when
(that firewall is ``gate_features``), pricing and drawing do not belong here.
"""
