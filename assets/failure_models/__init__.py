"""Models of failure, and the evidence for whether they know anything.

Here belongs what turns gate features and outcomes into verdicts: the matrix of a gate, the ladder
of models on common folds, the test of process signal, the verdict and its sentence, the drivers
that a signal allows to be named, and how alarms would have performed. Building features, deciding
what was available when (that firewall is ``gate_features``), pricing and drawing do not belong
here.
"""
