// Draws the embedded charts, and draws them again at paper width when the page is printed.
(function () {
  "use strict";
  const PAPER_WIDTH = 660;
  const PAIR_GAP = 24;

  function plots() {
    return Array.from(document.querySelectorAll("[data-plot]"));
  }

  // A phone has no room for "3 formulation" under a mark: keep the number.
  function narrowed(layout, width) {
    const axis = layout.xaxis;
    if (width < 480 && axis && axis.ticktext && /^\d \w/.test(axis.ticktext[0])) {
      axis.ticktext = axis.ticktext.map(function (text) { return text.charAt(0); });
    }
    return layout;
  }

  function drawAll() {
    if (!plots().length) {
      return;
    }
    if (typeof Plotly === "undefined") {
      document.getElementById("no-plotly").hidden = false;
      return;
    }
    const figures = new Map();
    document.querySelectorAll("script[data-figure]").forEach(function (script) {
      figures.set(script.dataset.figure, script.textContent);
    });
    plots().forEach(function (node) {
      const figure = JSON.parse(figures.get(node.dataset.plot));
      const layout = narrowed(figure.layout, node.clientWidth);
      Plotly.newPlot(node, figure.data, layout, chartConfig).then(function () {
        node.dataset.drawn = "yes";
      });
    });
  }

  function paperWidth(node) {
    const isHalf = node.closest(".grid") || node.closest(".pair");
    return isHalf ? (PAPER_WIDTH - PAIR_GAP) / 2 : PAPER_WIDTH;
  }

  function drawn() {
    return plots().filter(function (node) { return node.dataset.drawn; });
  }

  function toPaper() {
    drawn().forEach(function (node) {
      Plotly.relayout(node, { width: paperWidth(node), autosize: false });
    });
  }

  function toScreen() {
    drawn().forEach(function (node) {
      Plotly.relayout(node, { width: null, autosize: true });
    });
  }

  const menu = document.querySelector(".menu");
  if (menu && window.matchMedia("(max-width: 900px)").matches) {
    menu.removeAttribute("open");
  }
  drawAll();
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
})();
