// Tables: filter rows, take them as CSV.
(function () {
  "use strict";
  document.querySelectorAll("input[data-filters]").forEach(function (input) {
    var rows = Array.from(document.getElementById(input.dataset.filters).tBodies[0].rows);
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
  });

  // A text that a spreadsheet would take for a formula gets a quote before it, as in the files beside the page.
  var risky = /^[\s]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212\t\r]/;
  var field = function (cell) {
    var exact = cell.dataset.v;
    var text = exact === undefined ? cell.textContent.trim() : exact;
    if (exact === undefined && !cell.classList.contains("n") && risky.test(text)) text = "'" + text;
    return /[",\n\r]/.test(text) || text !== text.trim() ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  document.querySelectorAll("button.csv").forEach(function (button) {
    button.addEventListener("click", function () {
      var table = document.getElementById(button.dataset.table);
      var lines = Array.from(table.rows, function (row) { return Array.from(row.cells, field).join(","); });
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\uFEFF" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
      link.download = button.dataset.table.slice(2) + ".csv";
      link.click();
      window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  });
})();
