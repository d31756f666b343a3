// The page's own part: reads what was moved, has the written program redo the figures, shows them.
// No arithmetic of money is here: draws are summed up.
(function () {
  "use strict";
  const held = JSON.parse(document.getElementById("case").textContent);
  const settings = new Map(); // input -> the value it was moved to
  const figuresBox = document.getElementById("figures");
  const money = writtenNumbers.money;
  const FORMATS = writtenNumbers.formats;
  const plain = writtenNumbers.plain;

  // --- draws ---------------------------------------------------------------------------------
  function unpacked(text) {
    const raw = atob(text.trim());
    const bytes = new Uint8Array(raw.length);
    for (let k = 0; k < raw.length; k += 1) { bytes[k] = raw.charCodeAt(k); }
    const all = new Float64Array(bytes.buffer);
    const byName = {};
    held.drawn.forEach(function (name, place) {
      byName[name] = all.subarray(place * held.count, (place + 1) * held.count);
    });
    return byName;
  }

  function everywhere(value) { return new Float64Array(held.count).fill(value); }

  const asDrawn = unpacked(document.getElementById("draws").textContent);
  Object.keys(held.certain).forEach(function (name) {
    asDrawn[name] = everywhere(held.certain[name]);
  });

  // --- figures -------------------------------------------------------------------------------
  function spread(values) {
    const sorted = values.slice().sort();
    return held.places.map(function (place) { return sorted[place]; });
  }

  function summed(moved) {
    const inputs = Object.assign({}, asDrawn);
    moved.forEach(function (value, name) { inputs[name] = everywhere(value); });
    const figures = caseFigures(inputs, held.count);
    const found = {};
    Object.keys(figures).forEach(function (name) { found[name] = spread(figures[name]); });
    let above = 0;
    figures.npv_usd.forEach(function (value) { above += value > 0 ? 1 : 0; });
    found.npv_positive_prob = Array(3).fill(above / held.count);
    return found;
  }

  // --- the figures on the page -------------------------------------------------------------------
  function showTiles(found) {
    const isMoved = settings.size > 0;
    figuresBox.querySelectorAll("[data-figure]").forEach(function (tile) {
      const ends = found[tile.dataset.figure];
      const said = FORMATS[tile.dataset.format](ends);
      const value = tile.querySelector(".value");
      const interval = tile.querySelector(".interval");
      const shown = isMoved ? said.interval : interval.dataset.run;
      value.textContent = isMoved ? said.value : value.dataset.run;
      interval.textContent = shown ? "P10 to P90: " + shown : "";
      tile.querySelector(".was").hidden = !isMoved;
      ["p10", "p50", "p90"].forEach(function (name, k) { tile.dataset[name] = String(ends[k]); });
    });
    document.getElementById("brief").textContent = ["annual_net_savings_usd", "npv_positive_prob",
      "payback_months"].map(function (name) {
      const tile = figuresBox.querySelector("[data-figure=" + name + "]");
      return tile ? { annual_net_savings_usd: "net ", npv_positive_prob: "pays ",
        payback_months: "payback " }[name] + tile.querySelector(".value").textContent +
        (name === "payback_months" ? " mo" : name === "annual_net_savings_usd" ? " a year" : "") : "";
    }).filter(Boolean).join(" \u00b7 ");
  }

  // --- cash over time ----------------------------------------------------------------------------
  const SVG = "http://www.w3.org/2000/svg";

  function drawn(parent, tag, attributes, text) {
    const node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    if (text !== undefined) { node.textContent = text; }
    parent.appendChild(node);
    return node;
  }

  function ticks(low, high) {
    const rough = (high - low) / 5 || 1;
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].find(function (each) { return each * power >= rough; }) * power;
    const found = [];
    for (let at = Math.ceil(low / step); at * step <= high; at += 1) { found.push(at * step); }
    return found;
  }

  let lastFound = null;

  function showCash(found) {
    lastFound = found;
    const box = document.getElementById("cash-chart");
    const width = Math.max(box.clientWidth, 240);
    const height = width < 480 ? 220 : 280;
    const edge = { left: 56, right: 14, top: 10, bottom: 40 };
    const rows = held.cash.map(function (each) {
      return { month: each.month, ends: found[each.figure], was: atRest[each.figure] };
    });
    const amounts = rows.flatMap(function (row) { return row.ends.concat(row.was[1], 0); });
    const low = Math.min(...amounts);
    const high = Math.max(...amounts);
    const last = rows[rows.length - 1].month;
    const x = function (month) { return edge.left + month / last * (width - edge.left - edge.right); };
    const y = function (usd) {
      return edge.top + (high - usd) / (high - low || 1) * (height - edge.top - edge.bottom);
    };
    const line = function (pick) {
      return rows.map(function (row) { return x(row.month) + "," + y(pick(row)); });
    };
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    svg.setAttribute("width", "100%");
    ticks(low, high).forEach(function (usd) {
      drawn(svg, "line", { class: usd === 0 ? "zero" : "grid-line", x1: edge.left, y1: y(usd),
        x2: width - edge.right, y2: y(usd) });
      drawn(svg, "text", { class: "tick", x: edge.left - 6, y: y(usd) + 4, "text-anchor": "end" },
        money([usd, usd, usd]).value);
    });
    const years = last / 12;
    for (let year = 0; year <= years; year += years > 6 ? 2 : 1) {
      drawn(svg, "text", { class: "tick", x: x(12 * year), y: height - 22, "text-anchor": "middle" },
        String(year));
    }
    drawn(svg, "text", { class: "tick", x: (edge.left + width - edge.right) / 2, y: height - 4,
      "text-anchor": "middle" }, "years since the start");
    const band = line(function (row) { return row.ends[2]; })
      .concat(line(function (row) { return row.ends[0]; }).reverse());
    drawn(svg, "polygon", { class: "band", points: band.join(" ") });
    if (settings.size > 0) {
      drawn(svg, "polyline", { class: "was-line",
        points: line(function (row) { return row.was[1]; }).join(" ") });
    }
    drawn(svg, "polyline", { class: "middle-line",
      points: line(function (row) { return row.ends[1]; }).join(" ") });
    box.replaceChildren(svg);
    const end = money(rows[rows.length - 1].ends);
    document.getElementById("cash-words").textContent =
      "Line: P50. Band: P10 to P90." + (settings.size > 0 ? " Dashed: the run\u2019s own case." : "") +
      " After " + last / 12 + " years: " + end.value + " (" + end.interval + ").";
    document.getElementById("cash-rows").replaceChildren(...rows.filter(function (row) {
      return row.month % 12 === 0;
    }).map(function (row) {
      const line_ = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = row.month ? "year " + row.month / 12 : "the start";
      line_.append(head, ...row.ends.map(function (usd) {
        const cell = document.createElement("td");
        cell.textContent = money([usd, usd, usd]).value;
        return cell;
      }));
      return line_;
    }));
  }

  // --- what was moved ----------------------------------------------------------------------------
  function titled(name) {
    const input = held.movable[name];
    return input.title + " = " + plain(settings.get(name)) + " " + input.unit;
  }

  function showStanding() {
    const names = Array.from(settings.keys());
    const isMoved = names.length > 0;
    const standing = document.getElementById("standing");
    const strong = document.createElement("strong");
    strong.textContent = isMoved ? "Changed: this is no longer the run\u2019s evidence." :
      "The run\u2019s own figures.";
    standing.replaceChildren(strong, isMoved ? " Moved: " + names.map(titled).join("; ") + "." :
      " Move anything below, and they follow.");
    document.body.classList.toggle("moved", isMoved);
    document.getElementById("reset").hidden = !isMoved;
    const stated = names.filter(function (name) { return held.movable[name].isStated; });
    const others = names.filter(function (name) { return !held.movable[name].isStated; });
    document.getElementById("make-it-evidence").hidden = stated.length === 0;
    document.getElementById("lines").textContent = "assumptions:\n" + stated.map(function (name) {
      return "  " + name + ": " + settings.get(name);
    }).join("\n");
    document.getElementById("not-stated").textContent = others.length === 0 ? "" :
      "Measured on the records, and moved only by more of them: " + others.map(function (name) {
        return held.movable[name].title;
      }).join("; ") + ".";
  }

  function showMover(name) {
    const box = document.getElementById("mover-" + name);
    const isMoved = settings.has(name);
    const number = box.querySelector("input[type=number]");
    box.classList.toggle("is-moved", isMoved);
    box.querySelector(".back").hidden = !isMoved;
    box.querySelector("input[type=range]").value = isMoved ? settings.get(name) :
      held.movable[name].base;
    if (document.activeElement !== number) { number.value = isMoved ? settings.get(name) : ""; }
    number.removeAttribute("aria-invalid");
    box.querySelector(".state").textContent = isMoved ? "fixed" : "as drawn";
  }

  // --- the address ---------------------------------------------------------------------------------
  let writing = 0;

  function address() {
    const parts = settings.size ? ["run=" + encodeURIComponent(held.run)] : [];
    settings.forEach(function (value, name) { parts.push(name + "=" + value); });
    return location.href.split("#")[0] + (parts.length ? "#" + parts.join("&") : "");
  }

  function writeAddress() {
    writing = 0;
    history.replaceState(null, "", address());
  }

  function readAddress() {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) { return; } // a place on the page, no case
    const notices = [];
    const before = Array.from(settings.keys());
    settings.clear();
    new URLSearchParams(text).forEach(function (given, name) {
      if (name === "run") {
        if (given !== held.run) {
          notices.push("This link was made on the page of another run; its values are shown on this one.");
        }
        return;
      }
      const input = Object.hasOwn(held.movable, name) ? held.movable[name] : null;
      const value = given.trim() === "" ? NaN : Number(given);
      if (input === null || !Number.isFinite(value)) {
        notices.push(input === null ? "This run has no input \u201c" + name + "\u201d to move; it is left out." :
          "\u201c" + given + "\u201d is no number for " + input.title + "; it is left out.");
        return;
      }
      const kept = Math.min(Math.max(value, input.low), input.high);
      if (kept !== value) {
        notices.push(plain(value) + " lies outside the range of " + input.title + ", " +
          plain(input.low) + " to " + plain(input.high) + " " + input.unit + "; its nearest end is taken.");
      }
      settings.set(name, kept);
    });
    const notice = document.getElementById("link-notice");
    notice.textContent = notices.join(" ");
    notice.hidden = notices.length === 0;
    new Set(before.concat(Array.from(settings.keys()))).forEach(function (name) {
      showMover(name);
      const group = document.getElementById("mover-" + name).closest("details");
      if (group && settings.has(name)) { group.open = true; }
    });
    show();
  }

  function show() {
    const found = settings.size ? summed(settings) : atRest;
    showTiles(found);
    showCash(found);
    showStanding();
  }

  function move(name, value) {
    if (value === null) { settings.delete(name); } else { settings.set(name, value); }
    showMover(name);
    show();
    if (!writing) { writing = setTimeout(writeAddress, 200); }
  }

  // --- listening -------------------------------------------------------------------------------------
  function listenTo(box) {
    const name = box.dataset.input;
    const input = held.movable[name];
    const range = box.querySelector("input[type=range]");
    const number = box.querySelector("input[type=number]");
    box.querySelectorAll(".end").forEach(function (end) {
      end.textContent = Number(end.dataset.value)
        .toLocaleString("en-US", { maximumSignificantDigits: 4 });
    });
    range.addEventListener("input", function () {
      const value = Number(Number(range.value).toPrecision(4));
      move(name, Math.min(Math.max(value, input.low), input.high));
    });
    number.addEventListener("input", function () {
      const value = number.value.trim() === "" ? null : Number(number.value);
      if (number.validity.badInput || value !== null && !(value >= input.low && value <= input.high)) {
        number.setAttribute("aria-invalid", "true");
        box.querySelector(".state").textContent = "outside the range: not taken";
        return;
      }
      move(name, value);
    });
    number.addEventListener("blur", function () { showMover(name); });
    box.querySelector(".back").addEventListener("click", function () {
      move(name, null);
      range.focus();
    });
  }

  document.querySelectorAll("[data-input]").forEach(listenTo);
  document.getElementById("reset").addEventListener("click", function () {
    const names = Array.from(settings.keys());
    settings.clear();
    names.forEach(showMover);
    document.getElementById("link-notice").hidden = true;
    show();
    writeAddress();
  });
  document.getElementById("copy").addEventListener("click", function () {
    const button = document.getElementById("copy");
    const field = document.createElement("textarea");
    field.value = address();
    document.body.appendChild(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    button.focus();
    button.textContent = isCopied ? "Copied" : "Copy the address bar";
    setTimeout(function () { button.textContent = "Copy link to this case"; }, 2000);
    writeAddress();
  });
  document.querySelector(".skip").addEventListener("click", function (event) {
    event.preventDefault(); // the address holds the case
    figuresBox.tabIndex = -1;
    figuresBox.focus();
  });
  window.addEventListener("hashchange", readAddress);
  window.addEventListener("resize", function () { if (lastFound) { showCash(lastFound); } });

  const atRest = summed(new Map());
  document.getElementById("at-rest").textContent = "net savings " +
    money(atRest.annual_net_savings_usd).value + " a year, net present value " +
    money(atRest.npv_usd).value + ", P(NPV > 0) " +
    FORMATS.probability(atRest.npv_positive_prob).value + ", payback " +
    FORMATS.number(atRest.payback_months).value + " months";
  readAddress();
  if (!lastFound) { show(); }
  document.body.dataset.ready = "yes";
})();
