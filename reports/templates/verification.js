"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const make = (name, given, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  };
  const finite = (list) => list.filter((each) => each !== null);
  const range = (lists) => {
    const all = finite(lists.flat());
    const low = Math.min(...all), high = Math.max(...all), edge = (high - low || 1) * 0.06;
    return [low - edge, high + edge];
  };
  // One line through the points that there are; a gap where there is none.
  const line = (list, x, y) => {
    let text = "", isOpen = false;
    list.forEach((value, at) => {
      if (value === null) { isOpen = false; return; }
      text += `${isOpen ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      isOpen = true;
    });
    return text;
  };
  const draw = (svg, chart, box, first, last, isLarge) => {
    svg.replaceChildren();
    const cut = (list) => list.slice(first, last + 1);
    const value = cut(chart.value), lower = cut(chart.lower), upper = cut(chart.upper);
    const spec = isLarge ? finite([chart.about.limit_low, chart.about.limit_high]) : [];
    let [low, high] = range([value, lower, upper]);
    // A specification far away would flatten the chart: it is drawn where it is near.
    const near = spec.filter((each) => each > low - (high - low) && each < high + (high - low));
    [low, high] = range([value, lower, upper, near]);
    const wide = box.right - box.left, tall = box.bottom - box.top;
    const x = (at) => box.left + (value.length < 2 ? 0.5 : at / (value.length - 1)) * wide;
    const y = (each) => box.bottom - ((each - low) / (high - low)) * tall;
    const baseline = cut(chart.baseline);
    baseline.forEach((is, at) => {
      if (is && (at === 0 || !baseline[at - 1])) {
        let end = at;
        while (baseline[end + 1]) end += 1;
        make("rect", {class: "baseline", x: x(at), y: box.top, width: Math.max(x(end) - x(at), 1), height: tall}, svg);
      }
    });
    make("path", {class: "centre", d: line(cut(chart.centre), x, y)}, svg);
    make("path", {class: "limit", d: line(lower, x, y)}, svg);
    make("path", {class: "limit", d: line(upper, x, y)}, svg);
    for (const each of near) make("path", {class: "spec", d: `M${box.left} ${y(each)}L${box.right} ${y(each)}`}, svg);
    make("path", {d: line(value, x, y)}, svg);
    cut(chart.signal).forEach((said, at) => {
      if (said) make("circle", {class: "hit", cx: x(at), cy: y(value[at]), r: isLarge ? 5 : 3}, svg);
    });
    if (!isLarge) return;
    value.forEach((each, at) => {
      const dot = make("circle", {class: "point", cx: x(at), cy: y(each), r: value.length > 150 ? 1.5 : 2.5}, svg);
      make("title", {}, dot).textContent = `${data.batches[cut(chart.batch)[at]]}: ${each}`;
    });
    for (const share of [0, 0.5, 1]) {
      const each = low + share * (high - low);
      make("text", {x: box.left - 6, y: y(each) + 4, "text-anchor": "end"}, svg).textContent = Number(each.toPrecision(4));
    }
    for (const at of [0, value.length - 1]) {
      make("text", {x: x(at), y: box.bottom + 16, "text-anchor": at ? "end" : "start"}, svg).textContent = data.batches[cut(chart.batch)[at]];
    }
  };
  const averages = (svg, chart, box, first, last) => {
    svg.replaceChildren();
    const cut = (list) => list.slice(first, last + 1);
    const level = cut(chart.level_average), spread = cut(chart.spread_average);
    const widths = finite([chart.about.level_width, chart.about.spread_width]);
    if (!finite(level).length) return;
    const most = Math.max(...widths, ...finite([...level, ...spread]).map(Math.abs)) * 1.1;
    const x = (at) => box.left + (level.length < 2 ? 0.5 : at / (level.length - 1)) * (box.right - box.left);
    const y = (each) => (box.top + box.bottom) / 2 - (each / most) * ((box.bottom - box.top) / 2);
    for (const each of [0, ...widths.flatMap((one) => [one, -one])]) {
      make("path", {class: each ? "limit" : "centre", d: `M${box.left} ${y(each)}L${box.right} ${y(each)}`}, svg);
    }
    make("path", {d: line(level, x, y)}, svg);
    make("path", {class: "spread", d: line(spread, x, y)}, svg);
  };
  const small = {left: 2, right: 198, top: 3, bottom: 61}, large = {left: 64, right: 890, top: 10, bottom: 276};
  const dialog = document.getElementById("one"), big = document.getElementById("one-chart");
  let shown = null, first = 0, last = 0;
  const redraw = () => {
    draw(big, shown, large, first, last, true);
    averages(document.getElementById("one-average"), shown, {...large, bottom: 130}, first, last);
  };
  const listed = (id, texts) => {
    const list = document.getElementById(id);
    list.replaceChildren(...(texts.length ? texts : ["None."]).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  };
  const open = (name) => {
    shown = data.charts[name];
    if (!shown) return;
    const about = shown.about;
    [first, last] = [0, shown.value.length - 1];
    document.getElementById("one-title").textContent = `${about.quantity}, ${about.product}`;
    const number = (each, digits = 3) => (each === null ? "none" : Number(each.toPrecision(digits)));
    document.getElementById("one-about").textContent = [
      `${about.chart.replaceAll("_", " ")}: ${about.reason}`,
      about.criticality ? `critical: ${about.criticality}` : "not held for critical",
      about.unit ? `unit ${about.unit}` : "",
      about.limit_kind ? `${about.limit_kind.replaceAll("_", " ")} ${number(about.limit_low)} to ${number(about.limit_high)}` : "no limits on record",
      about.ppk === null ? "" : `Ppk ${number(about.ppk)}, at least ${number(about.ppk_lower)} (95%, ${about.method})`,
      about.stability_ratio === null ? "" : `stability ratio ${number(about.stability_ratio)}`,
      about.autocorrelation === null ? "" : `autocorrelation ${number(about.autocorrelation, 2)}`,
      about.run_length === null ? about.not_applicable || "" : `a false alarm every ${Math.round(about.run_length).toLocaleString("en")} points`,
      about.planned_by,
    ].filter(Boolean).join("; ") + ".";
    listed("one-signals", shown.signals);
    listed("one-versions", shown.versions.map((each) => `${each.version}, phase ${each.phase}, ${each.from_batch} to ${each.to_batch}: ${each.reason}; ${each.method}, ${each.baseline_points} points; fixed by ${each.fixed_by}${each.fixed_at ? `, ${each.fixed_at.slice(0, 10)}` : ""}${each.beyond_limits ? `; beyond its own limits: ${each.beyond_limits}` : ""}`));
    dialog.showModal();
    redraw();
  };
  const placeOf = (event) => {
    const box = big.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * 900;
    const share = Math.min(Math.max((at - large.left) / (large.right - large.left), 0), 1);
    return [share, large.left + share * (large.right - large.left)];
  };
  let from = null, brush = null;
  big.addEventListener("pointerdown", (event) => {
    from = placeOf(event);
    brush = make("rect", {class: "brush", x: from[1], y: large.top, width: 0, height: large.bottom - large.top}, big);
    big.setPointerCapture(event.pointerId);
  });
  big.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = placeOf(event)[1];
    brush.setAttribute("x", Math.min(from[1], to));
    brush.setAttribute("width", Math.abs(to - from[1]));
  });
  big.addEventListener("pointerup", (event) => {
    if (!from) return;
    const ends = [from[0], placeOf(event)[0]].sort((a, b) => a - b), count = last - first;
    from = null;
    if (ends[1] - ends[0] > 0.02 && count > 5) {
      [first, last] = [first + Math.floor(ends[0] * count), first + Math.ceil(ends[1] * count)];
    }
    redraw();
  });
  big.addEventListener("dblclick", () => { [first, last] = [0, shown.value.length - 1]; redraw(); });
  document.getElementById("close").addEventListener("click", () => dialog.close());
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-chart]");
    if (asked) open(asked.dataset.chart);
  });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      const chart = data.charts[entry.target.dataset.chart];
      if (chart) draw(entry.target.querySelector("svg"), chart, small, 0, chart.value.length - 1, false);
      seen.unobserve(entry.target);
    }
  }, {rootMargin: "400px"});
  const multiples = [...document.querySelectorAll(".multiple")];
  multiples.forEach((each) => seen.observe(each));
  const find = document.getElementById("find"), only = document.getElementById("only");
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const each of multiples) {
      const about = (data.charts[each.dataset.chart] || {about: {}}).about;
      const text = `${each.dataset.chart} ${about.chart || ""} ${about.is_critical ? "critical" : ""}`.toLowerCase();
      each.hidden = !words.every((word) => text.includes(word)) || (only.checked && !each.classList.contains("has-signal"));
      count += each.hidden ? 0 : 1;
    }
    document.getElementById("count").textContent = `${count} of ${multiples.length}`;
  };
  find.addEventListener("input", filter);
  only.addEventListener("change", filter);
  filter();
})();
