"""Sources that mislead or lose something, each with the code and the words it is told by."""

LABEL = """\
profile: made
wide_table:
  path: batches.csv
  batch_id: batch
  production_order: nr
  numeric: {3: [moisture], 4: [force]}
  categorical: [press]
  label: {column: result, failed: [bad], good: [ok]}
"""
MANY = """\
profile: made
files:
  mes: {path: batches.csv}
  mes_phases: {path: phases.csv, optional: true}
  lims: {path: results.csv, optional: true}
  historian: {path: readings.csv, optional: true}
tables:
  batches:
    file: mes
    columns:
      batch_id: batch
      production_order: nr
      disposition: {column: status, values: {OK: released, NOK: rejected, open: pending}}
      dispositioned_at: {column: decided, optional: true}
      failure_mode: {column: mode, optional: true}
  phases:
    file: mes_phases
    columns: {batch_id: batch, equipment_id: unit, started_at: begin, ended_at: end}
    constants: {stage: 4, unit_procedure: compression, phase: compression}
  lab_results:
    file: lims
    columns: {batch_id: batch, value: result, test: test}
    constants: {stage: 6}
  sensor_readings:
    file: historian
    columns: {equipment_id: unit, tag: tag, recorded_at: time, value: value}
outcomes:
  - {name: failure, title: Rejected, rule: disposition = 'rejected', first_known_stage: 6}
"""


def labels(*texts: str) -> str:
    """A table with a label per batch; no other column knows it."""
    rows = [
        f"B{n:03d},{n},{2 + (n * 37 % 10) / 10},{10 + (n * 53 % 17)},{'AB'[n * 7 % 11 % 2]},{text}"
        for n, text in enumerate(texts, 1)
    ]
    return "\n".join(["batch,nr,moisture,force,press,result", *rows])


def statuses(*texts: str, more: str = "") -> str:
    head = "batch,nr,status" + ("," + more.partition("=")[0] if more else "")
    tail = "," + more.partition("=")[2] if more else ""
    return "\n".join([head, *(f"B{n:03d},{n},{t}{tail}" for n, t in enumerate(texts, 1))])


MIXED = ["ok", "ok", "bad", "ok"] * 10  # ten of forty failed
MIXED_STATUS = ["OK", "NOK", "OK", "OK"] * 10


Case = tuple[str, dict[str, str], str, str]
SORTED = ["bad"] * 10 + ["ok"] * 30
NO_ORDER = LABEL.replace("  production_order: nr\n", "")
RESULTS = "batch,test,result\n" + "\n".join(
    f"B{n:03d},assay_pct,{90 + n / 10}" for n in range(1, 41)
)
PROXY = """\
profile: made
wide_table:
  path: batches.csv
  numeric: {4: [force]}
  proxy: {rule: moisture < 2.3}
"""
# Each is an error: profile, files, code, and how the sentence begins and goes on.
ERRORS: dict[str, Case] = {
    "a label nobody listed": (
        LABEL,
        {"batches.csv": labels(*MIXED, "scrap", "scrap")},
        "label_not_listed",
        r"batches\.csv, line 42, result = 'scrap': .* what this label means \(2 batches\)",
    ),
    "a label in another language": (
        LABEL,
        {"batches.csv": labels(*[{"ok": "gut", "bad": "schlecht"}[t] for t in MIXED])},
        "label_not_listed",
        r"batches\.csv, line 2, result = 'gut': .*\(30 batches\).*other: good",
    ),
    "a number where yes is listed": (
        LABEL.replace("[bad], good: [ok]", "[yes]"),
        {"batches.csv": labels(*[{"ok": "0", "bad": "1"}[t] for t in MIXED])},
        "label_not_listed",
        r"batches\.csv, line 2, result = '0': .*\(30 batches\)",
    ),
    "a failed value that never occurs while all else is good": (
        LABEL.replace("[bad], good: [ok]", "[baad], other: good"),
        {"batches.csv": labels(*MIXED)},
        "failed_value_never_occurs",
        r"batches\.csv, result = 'baad': .*never occurs; did you mean 'bad'\?",
    ),
    "a disposition the contract does not know": (
        MANY,
        {"batches.csv": statuses(*MIXED_STATUS, "Rej.")},
        "label_not_listed",
        r"batches\.csv, line 42, status = 'Rej\.': this disposition \(1 batch\) .*'values:'",
    ),
    "a disposition in another case": (
        MANY,
        {"batches.csv": statuses(*[t.lower() for t in MIXED_STATUS])},
        "label_not_listed",
        r"batches\.csv, line 3, status = 'nok': this disposition \(10 batches\)",
    ),
    "a rule that asks for a disposition there cannot be": (
        MANY.replace("= 'rejected'", "= 'Rejected'"),
        {"batches.csv": statuses(*MIXED_STATUS)},
        "failed_value_never_occurs",
        r"batches\.csv, status = 'Rejected': the rule .*disposition is one of released, rejected",
    ),
    "a mode of failure spelt otherwise": (
        MANY.replace("disposition = 'rejected'", "failure_mode = 'Blend Uniformity'"),
        {
            "batches.csv": statuses(
                *MIXED_STATUS, more="decided,mode=2024-01-01 08:00:00,blend_uniformity"
            )
        },
        "failed_value_never_occurs",
        r"mode = 'Blend Uniformity': .*did you mean 'blend_uniformity'",
    ),
    "a text the rule over a parameter does not name": (
        LABEL.replace(
            "  label: {column: result, failed: [bad], good: [ok]}",
            "outcomes:\n  - {name: worn, title: Worn, rule: press = 'B', first_known_stage: 6}",
        ),
        {"batches.csv": labels(*MIXED)},
        "label_not_listed",
        r"batches\.csv, line \d+, press = 'A': the rule .*\(\d+ records\).*'other: good'",
    ),
    "rows sorted by the label": (
        NO_ORDER,
        {"batches.csv": labels(*SORTED)},
        "rows_sorted_by_result",
        r"batches\.csv, line 12, the row number = 'B011': .*order of the label",
    ),
    "rows sorted by the label the other way": (
        NO_ORDER,
        {"batches.csv": labels(*reversed(SORTED))},
        "rows_sorted_by_result",
        r"batches\.csv, line 32, the row number = 'B031': ",
    ),
    "rows sorted by the quantity behind the outcome": (
        PROXY,
        {"batches.csv": "moisture,force\n" + "\n".join(f"{2 + n / 20},{n % 7}" for n in range(40))},
        "rows_sorted_by_result",
        r"batches\.csv, line 2, the row number = '1': .*order of 'moisture'",
    ),
    "every label blank": (
        LABEL,
        {"batches.csv": labels(*[""] * 40)},
        "nothing_decided",
        r"batches\.csv, result: none of 40 batches has a result",
    ),
    "every label pending": (
        LABEL.replace("good: [ok]", "good: [ok], pending: [open]"),
        {"batches.csv": labels(*["open"] * 40)},
        "nothing_decided",
        r"batches\.csv, result: none of 40 batches has a result",
    ),
    "every disposition pending": (
        MANY,
        {"batches.csv": statuses(*["open"] * 40)},
        "nothing_decided",
        r"batches\.csv, status: all 40 batches are pending",
    ),
    "no disposition at all": (
        MANY,
        {"batches.csv": statuses(*[""] * 40)},
        "nothing_decided",
        r"batches\.csv, status: all 40 batches are pending",
    ),
    "a result nobody measured": (
        MANY.replace("disposition = 'rejected'", "assay_pct < 95"),
        {"batches.csv": statuses(*["open"] * 40), "results.csv": "batch,test,result"},
        "nothing_decided",
        r"all 40 batches are pending|none of 40 batches has a result",
    ),
    "results whose batches are written otherwise": (
        MANY,
        {"batches.csv": statuses(*MIXED_STATUS), "results.csv": RESULTS.replace("B0", "b-0")},
        "records_of_no_batch",
        r"results\.csv, line 2, batch = 'b-001': none of 40 records .*did they mean 'B001'",
    ),
}
WARNINGS: dict[str, Case] = {
    "no batch failed": (
        LABEL,
        {"batches.csv": labels(*["ok"] * 40)},
        "no_failure",
        r"batches\.csv, result: no batch failed by the outcome 'failure'.* 40 were decided",
    ),
    "every batch failed": (
        MANY,
        {"batches.csv": statuses(*["NOK"] * 40)},
        "no_good_batch",
        r"batches\.csv, status: every batch failed",
    ),
    "one of several failed values never occurs": (
        LABEL.replace("[bad]", "[bad, scrap]"),
        {"batches.csv": labels(*MIXED)},
        "failed_value_never_occurs",
        r"batches\.csv, result = 'scrap': .*never occurs; the column holds 'ok', 'bad'",
    ),
    "a value map that never applies": (
        MANY.replace("NOK: rejected", "NOK: rejected, Nok: rejected"),
        {"batches.csv": statuses(*MIXED_STATUS)},
        "listed_value_never_occurs",
        r"batches\.csv, status = 'Nok': made\.yaml, line 13, .*did you mean 'NOK'",
    ),
    "a delivered order that is the order of the label": (
        LABEL,
        {"batches.csv": labels(*SORTED)},
        "order_sorted_by_result",
        r"batches\.csv, line 12, nr = 'B011': ",
    ),
    "batches without phases": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS),
            "phases.csv": "batch,unit,begin,end\nB002,P1,2024-01-01 08:00:00,2024-01-01 09:00:00",
        },
        "batches_without_phases",
        r"batches\.csv, line 2, batch = 'B001': 39 of 40 batches have no phase",
    ),
    "some results of a batch nobody delivered": (
        MANY,
        {"batches.csv": statuses(*MIXED_STATUS), "results.csv": RESULTS + "\nX9,assay_pct,98"},
        "records_of_no_batch",
        r"results\.csv, line 42, batch = 'X9': of 41 records of lab_results, 1 without",
    ),
    "readings of equipment no phase names": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS),
            "phases.csv": "batch,unit,begin,end\nB002,P1,2024-01-01 08:00:00,2024-01-01 09:00:00",
            "readings.csv": "unit,tag,time,value\nP-1,f,2024-01-01 08:30:00,1",
        },
        "readings_of_no_batch",
        r"readings\.csv, equipment_id = 'P-1': at least 1 of 1 readings .*is in no phase",
    ),
    "readings of a time without a phase": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS),
            "phases.csv": "batch,unit,begin,end\nB002,P1,2024-01-01 08:00:00,2024-01-01 09:00:00",
            "readings.csv": "unit,tag,time,value\nP1,f,2024-01-01 08:30:00,1\n"
            "P1,f,2024-03-01 08:30:00,1",
        },
        "readings_of_no_batch",
        r"equipment_id = 'P1': at least 1 of 2 readings .*was in no phase then .*2024-03-01",
    ),
    "a column that is the label again": (
        LABEL,
        {
            "batches.csv": "\n".join(
                line.replace(",A,", ",X,").replace(",B,", ",X,") if line.endswith("bad") else line
                for line in labels(*MIXED).splitlines()
            )
        },
        "copy_of_result",
        r"batches\.csv, line \d+, press: .*every failed batch from every good one.*same_quantity",
    ),
    "a column that is the quantity in other units": (
        PROXY,
        {
            "batches.csv": "moisture,force\n"
            + "\n".join(f"{2 + m},{500 - 30 * m}" for m in [n * 7 % 40 / 20 for n in range(40)])
        },
        "copy_of_result",
        r"batches\.csv, line 2, force: .*is a straight line of 'moisture'",
    ),
    "ids that differ by case": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS),
            "results.csv": RESULTS + "\nb 002,dissolution,98",
        },
        "ids_differ_by_spelling",
        r"results\.csv, line 42, batch = 'b 002': this batch_id is spelt so on 1 record",
    ),
    "an instant in the future": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS, more="decided=2024-01-01 08:00:00").replace(
                "2024", "2090", 1
            )
        },
        "instant_after_delivery",
        r"batches\.csv, line 2, decided = '2090-01-01 08:00:00': 1 instant of batches\.disp",
    ),
    "instants at both ends of the calendar": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS, more="decided=2024-01-01 08:00:00")
            .replace("2024-01-01", "1900-01-01", 20)
            .replace("2024-01-01", "2099-12-31", 10),
            "phases.csv": "batch,unit,begin,end\nB002,P1,1900-01-01 08:00:00,2099-12-31 09:00:00",
            "readings.csv": "unit,tag,time,value\nP1,f,2024-01-01 08:30:00,1\n"
            "P2,f,2099-03-01 08:30:00,1\nP2,f,2024-01-01 08:30:00,1",
        },
        "instant_after_delivery",
        r"batches\.csv, line 22, decided = '2099-12-31 08:00:00': 10 instants",
    ),
    "an instant long before all others": (
        MANY,
        {
            "batches.csv": statuses(*MIXED_STATUS, more="decided=2024-01-01 08:00:00").replace(
                "2024", "1924", 1
            )
        },
        "instant_far_outside",
        r"batches\.csv, line 2, decided = '1924-01-01 08:00:00': 1 instant",
    ),
}
