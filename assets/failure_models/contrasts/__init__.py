"""Why one batch stands out: contributions against the good batches it should have been like.

Here belong interventional SHAP values of single batches, the only use of shap. What holds over many
batches belongs to ``drivers``; what is unusual whatever the model says, to ``investigation``.
"""
