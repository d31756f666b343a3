"""What was known of each batch at a gate, and how it came out, as aligned arrays.

Topics that model, search or estimate over batches may import this one beside ``statistics``. Here
belong the pivot of ``feature.gate_values`` and the alignment of ``core.outcomes`` and
``core.outcome_margins`` to its rows; fitting, judging and knowing Dagster do not belong here.
The rules, each in one place:

- Rows (``gate_rows``) are the batches that reached a gate, by production order, then id. Product
  and strength are one code. Batches of a lot or campaign share a cluster; a batch of none stands
  alone. Codes are numbered over all gates, so that a lot has one code at every gate of a run.
- Cells (``gate_cells``): of each feature of a batch the latest value by the gate counts.
- Levels (``levels``): a category counts by the levels that enough batches have. How many are
  enough is the method's to say: a model spends a coefficient on each, a rule only a condition.
- Missing values stay NaN in every array. A method that cannot take them fills them by name
  (``missing_values``).
- Outcomes (``outcome_panel``): a batch without a verdict is pending, never good, and none of its
  margins counts. A margin at a reporting limit is a bound, not a measurement.
- Confirmed causes (``confirmed_causes``) name what features are about, never features.
"""
