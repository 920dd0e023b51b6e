// Shows where the reader's own school lies. Without a script the table below each picture says the same.
document.querySelectorAll(".finder").forEach(function (finder) {
  var figure = finder.closest("figure"), input = finder.querySelector("input");
  var rows = Array.prototype.slice.call(figure.querySelectorAll("tbody tr"));
  var heads = Array.prototype.slice.call(figure.querySelectorAll("thead th"));
  var names = rows.map(function (row) { return row.cells[0].textContent; });
  var list = document.createElement("datalist");
  list.id = "schools-" + figure.id;
  names.forEach(function (name) { list.appendChild(new Option(name)); });
  finder.appendChild(list);
  input.setAttribute("list", list.id);
  finder.hidden = false;
  input.addEventListener("input", function () {
    var typed = input.value.trim().toLowerCase(), said = finder.querySelector(".found");
    var hits = typed ? names.map(function (n, i) { return i; }).filter(function (i) {
      return names[i].toLowerCase().indexOf(typed) >= 0;
    }) : [];
    var exact = hits.filter(function (i) { return names[i].toLowerCase() === typed; });
    var at = exact.length === 1 ? exact[0] : hits.length === 1 ? hits[0] : -1;
    figure.querySelectorAll(".own").forEach(function (ring) { ring.remove(); });
    said.textContent = "";
    if (at < 0) { return; }
    said.textContent = Array.prototype.map.call(rows[at].cells, function (cell, i) {
      return i ? heads[i].textContent + ": " + cell.textContent : cell.textContent;
    }).join(" · ");
    figure.querySelectorAll(".picture svg").forEach(function (svg) {
      var spot = svg.querySelector("path.r").getAttribute("d").split("M")[at + 1];
      var place = spot.split("h")[0].split(" ");
      var ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      ring.setAttribute("class", "own");
      ring.setAttribute("cx", place[0]); ring.setAttribute("cy", place[1]); ring.setAttribute("r", 11);
      svg.appendChild(ring);
    });
  });
});
