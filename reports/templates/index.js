// Searches and sorts the index. Every word typed must stand in a line; names that begin so come first.
(function () {
  "use strict";
  const box = document.getElementById("find");
  const said = document.getElementById("found");
  const body = document.querySelector("#index tbody");
  const heads = Array.from(document.querySelectorAll("#index thead th"));
  const rest = said.textContent;
  const lines = Array.from(body.rows).map(function (row, place) {
    const cells = Array.from(row.cells).map(function (cell) { return cell.textContent.trim(); });
    return { row: row, place: place, cells: cells, name: cells[0].toLowerCase(), text: cells.join(" ").toLowerCase() };
  });
  const inNature = new Intl.Collator("en", { numeric: true });
  let column = -1, direction = 1;

  function wanted() {
    return box.value.trim().toLowerCase();
  }

  function before(first, second) {
    if (column < 0) {
      const asked = wanted();
      const ahead = asked ? second.name.startsWith(asked) - first.name.startsWith(asked) : 0;
      return ahead || first.place - second.place;
    }
    const told = inNature.compare(first.cells[column], second.cells[column]);
    return direction * told || first.place - second.place;
  }

  function show() {
    const words = wanted().split(/\s+/).filter(Boolean);
    const shown = lines.filter(function (line) {
      return words.every(function (word) { return line.text.includes(word); });
    }).sort(before);
    body.replaceChildren.apply(body, shown.map(function (line) { return line.row; }));
    if (!words.length) {
      said.textContent = rest;
    } else if (shown.length) {
      said.textContent = shown.length + " found. Enter opens the first.";
    } else {
      said.textContent = "Nothing of that name has a page: batches that neither failed nor were flagged have none.";
    }
    return shown;
  }

  box.addEventListener("input", show);
  box.addEventListener("keydown", function (event) {
    if (event.key === "Enter") {
      const shown = show();
      if (wanted() && shown.length) {
        window.location.href = shown[0].row.querySelector("a").href;
      }
    }
  });
  heads.forEach(function (head, place) {
    head.querySelector("button").addEventListener("click", function () {
      direction = column === place ? -direction : 1;
      column = place;
      heads.forEach(function (each) { each.setAttribute("aria-sort", "none"); });
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      show();
    });
  });
})();
