// The replay: episodes as dots on both drawings, one clock. Nothing moves by itself under reduced motion.
(function () {
  "use strict";
  var source = document.getElementById("replay-data");
  if (!source) return;
  var data = JSON.parse(source.textContent);
  var NS = "http://www.w3.org/2000/svg";
  var play = document.getElementById("replay-play");
  var clock = document.getElementById("replay-clock");
  var day = document.getElementById("replay-day");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  var SECONDS = 24; // the whole replay lasts so long

  // A drawing's node centres, in its own coordinates, looked up once.
  var places = function (kind) {
    var drawing = document.getElementById(kind + "-drawing");
    var found = {};
    if (!drawing) return found;
    drawing.querySelectorAll("[data-node]").forEach(function (node) {
      var box = node.getBBox();
      found[node.dataset.node] = { x: box.x + box.width / 2, y: box.y + box.height / 2, w: box.width, h: box.height };
    });
    return found;
  };
  // The way between two nodes: along the drawn edge where there is one, else straight.
  var ways = function (kind, at) {
    var drawing = document.getElementById(kind + "-drawing");
    var lines = {};
    if (drawing) drawing.querySelectorAll("[data-source][data-target]").forEach(function (edge) {
      var path = edge.tagName === "path" || edge.tagName === "polyline" ? edge : edge.querySelector("path,polyline");
      if (!path || !path.getTotalLength) return;
      var length = path.getTotalLength();
      var points = [];
      for (var i = 0; i <= 24; i++) { var p = path.getPointAtLength(length * i / 24); points.push([p.x, p.y]); }
      lines[edge.dataset.source + "\u0000" + edge.dataset.target] = points;
    });
    return function (a, b) {
      return lines[a + "\u0000" + b] || [[at[a].x, at[a].y], [at[b].x, at[b].y]];
    };
  };
  var prepare = function (kind) {
    var sheet = document.getElementById("replay-" + kind);
    if (!sheet) return null;
    var at = places(kind);
    var way = ways(kind, at);
    var layer = sheet.querySelector(".tokens");
    var tokens = [];
    var ends = {}; // an episode ends with the last of its cases
    data[kind].forEach(function (stops, number) {
      var known = stops.filter(function (stop) { return at[stop[0]]; });
      if (!known.length) return;
      var dot = document.createElementNS(NS, "circle");
      var episode = data[kind + "_of"][number] || 0;
      var own = data[kind + "_of"].indexOf(1) >= 0 && !episode; // the typical one among others
      dot.setAttribute("r", own ? "8" : "6");
      if (own) dot.setAttribute("class", "own");
      layer.append(dot);
      var legs = known.slice(1).map(function (stop, i) { return way(known[i][0], stop[0]); });
      // Dots at one node stand side by side above and below its box, so that its name can be read.
      var spot = [((episode * 37 + number) % 9 - 4) * 0.1, (episode || number) % 2 ? 0.62 : -0.62];
      tokens.push({ dot: dot, stops: known, legs: legs, at: 0, spot: spot, shown: null, over: false });
      ends[episode] = Math.max(ends[episode] || 0, stops[stops.length - 1][2]);
    });
    Array.from(layer.querySelectorAll(".own")).forEach(function (dot) { layer.append(dot); }); // above the others
    var list = Object.keys(ends).map(function (key) { return ends[key]; });
    return { at: at, tokens: tokens, ends: list, done: document.getElementById("replay-done-" + kind), count: -1, kind: kind };
  };
  var sheets = null;
  var place = function (sheet, token, hours) {
    var stops = token.stops;
    var i = hours < stops[token.at][1] ? 0 : token.at;
    while (i + 1 < stops.length && hours >= stops[i + 1][1]) i++;
    token.at = i;
    if (hours < stops[0][1]) { visible(token, false); return; }
    visible(token, true);
    var here = sheet.at[stops[i][0]];
    var x = here.x + token.spot[0] * here.w;
    var y = here.y + token.spot[1] * here.h;
    if (i + 1 < stops.length && hours > stops[i][2]) {
      var share = (hours - stops[i][2]) / Math.max(1e-9, stops[i + 1][1] - stops[i][2]);
      var leg = token.legs[i];
      var f = share * (leg.length - 1);
      var k = Math.min(leg.length - 2, Math.floor(f));
      x = leg[k][0] + (leg[k + 1][0] - leg[k][0]) * (f - k);
      y = leg[k][1] + (leg[k + 1][1] - leg[k][1]) * (f - k);
    }
    var over = hours >= stops[stops.length - 1][2];
    if (token.over !== over) { token.over = over; token.dot.classList.toggle("over", over); } // done: hollow
    token.dot.setAttribute("cx", x.toFixed(1));
    token.dot.setAttribute("cy", y.toFixed(1));
  };
  var visible = function (token, yes) {
    if (token.shown !== yes) { token.shown = yes; token.dot.setAttribute("visibility", yes ? "visible" : "hidden"); }
  };
  // How many episodes are over, and their mean length.
  var tell = function (sheet, over) {
    var words = sheet.done.dataset;
    var text = words.done.replace("{n}", over.length).replace("{of}", sheet.ends.length);
    if (over.length) {
      var mean = over.reduce(function (a, b) { return a + b; }, 0) / over.length / 24;
      text += words.mean.replace("{days}", mean.toFixed(1));
    }
    sheet.done.textContent = text;
  };
  var now = 0; // hours
  var draw = function () {
    if (!sheets) sheets = ["as_is", "to_be"].map(prepare).filter(Boolean);
    sheets.forEach(function (sheet) {
      sheet.tokens.forEach(function (token) { place(sheet, token, now); });
      var over = sheet.ends.filter(function (end) { return end <= now; });
      if (over.length !== sheet.count) { sheet.count = over.length; tell(sheet, over); }
    });
    clock.value = String(Math.round(1000 * now / data.ends));
    day.textContent = day.dataset.day.replace("{n}", String(1 + Math.floor(now / 24)));
  };
  var running = false;
  var before = 0;
  var frame = function (time) {
    if (!running) return;
    var passed = before ? Math.min(100, time - before) : 16;
    before = time;
    var started = performance.now();
    now = Math.min(data.ends, now + passed / 1000 * data.ends / SECONDS);
    draw();
    window.onethingFrameMs = performance.now() - started;
    if (now >= data.ends) stop(); else window.requestAnimationFrame(frame);
  };
  var stop = function () { running = false; play.textContent = play.dataset.play; };
  var start = function () {
    if (now >= data.ends) now = 0;
    running = true;
    before = 0;
    play.textContent = play.dataset.pause;
    window.requestAnimationFrame(frame);
  };
  play.addEventListener("click", function () { if (running) stop(); else start(); });
  document.getElementById("replay-restart").addEventListener("click", function () { now = 0; draw(); });
  clock.addEventListener("input", function () { stop(); now = data.ends * Number(clock.value) / 1000; draw(); });
  calm.addEventListener("change", function () { if (calm.matches) stop(); });
  document.getElementById("replay-still").hidden = !calm.matches;

  // Drawn when it comes into view; a page that is read gets no work done for what is below.
  if ("IntersectionObserver" in window) {
    var seen = new IntersectionObserver(function (entries) {
      if (entries.some(function (entry) { return entry.isIntersecting; })) { seen.disconnect(); draw(); }
    });
    seen.observe(document.getElementById("replay-controls"));
  } else draw();
})();
