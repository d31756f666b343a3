// Numbers written as the report writes them; a test compares the two.
const writtenNumbers = (function () {
  "use strict";
  const MINUS = "\u2212";

  function tenth(size, digits) { return Math.pow(10, Math.floor(Math.log10(size)) - digits + 1); }

  function roundingStep(value, low, high, digits) {
    const all = [value, low, high].filter(Number.isFinite).map(Math.abs);
    const size = Math.max(0, ...all);
    if (size === 0) { return 1; }
    const half = Number.isFinite(low) && Number.isFinite(high) ? (high - low) / 2 : 0;
    if (half <= 0) { return tenth(size, digits); }
    const leading = half / Math.pow(10, Math.floor(Math.log10(half)) - 2);
    return Math.max(tenth(half, leading >= 355 ? 1 : 2), tenth(size, 4));
  }

  function toEven(value) {
    const near = Math.round(value);
    return Math.abs(value - Math.trunc(value)) === 0.5 && near % 2 !== 0 ? near - 1 : near;
  }

  function fixed(value, step, isTrimmed) {
    if (!Number.isFinite(value)) { return value > 0 ? "never" : MINUS + "\u221e"; }
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const parts = Math.abs(toEven(value / step) * step).toFixed(places).split(".");
    let text = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    const rest = parts.length > 1 ? (isTrimmed ? parts[1].replace(/0+$/, "") : parts[1]) : "";
    if (rest) { text += "." + rest; }
    return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
  }

  function written(ends, write, digits) {
    const step = roundingStep(ends[1], ends[0], ends[2], digits);
    if (!(ends[0] < ends[2])) {
      const alone = roundingStep(ends[1], NaN, NaN, digits);
      return { value: write(ends[1], alone, true), interval: "" };
    }
    return {
      value: write(ends[1], step, false),
      interval: write(ends[0], step, false) + " to " + write(ends[2], step, false),
    };
  }

  function money(ends) {
    const size = Math.max(0, ...ends.filter(Number.isFinite).map(Math.abs));
    const scale = [[1e9, "B"], [1e6, "M"], [1e3, "k"]].find(function (pair) {
      return size >= pair[0];
    }) || [1, ""];
    const said = written(ends, function (amount, step, isTrimmed) {
      const text = fixed(amount / scale[0], step / scale[0], isTrimmed);
      return Number.isFinite(amount) ? text + scale[1] : text;
    }, 3);
    const isBelow = said.value.startsWith(MINUS);
    const digits = isBelow ? said.value.slice(1) : said.value;
    return { value: (isBelow ? MINUS : "") + "$" + digits, interval: said.interval };
  }

  const FORMATS = {
    money: money,
    number: function (ends) { return written(ends, fixed, 2); },
    probability: function (ends) {
      const share = ends[1];
      const text = share > 0.99 ? ">99%" : share < 0.01 ? "<1%" : toEven(100 * share) + "%";
      return { value: text, interval: "" };
    },
  };

  function plain(value) {
    return value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
  }

  return { money: money, formats: FORMATS, plain: plain };
})();
