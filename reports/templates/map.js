// The map of departments: rare flows away by slider, counts or waits, pan and zoom by mouse, touch and keyboard.
(function () {
  "use strict";
  var canvas = document.getElementById("map-canvas");
  if (!canvas) return;
  var svg = canvas.querySelector("svg");
  var slider = document.getElementById("map-slider");
  var least = document.getElementById("map-least");
  var edges = Array.from(svg.querySelectorAll("[data-cases]"));
  if (slider) slider.addEventListener("input", function () {
    var value = Number(slider.value);
    least.textContent = value;
    edges.forEach(function (edge) {
      if (edge.matches("[data-source],.edge")) edge.classList.toggle("away", Number(edge.dataset.cases) < value);
    });
  });
  document.querySelectorAll("[data-shows]").forEach(function (button) {
    button.addEventListener("click", function () {
      document.querySelectorAll("[data-shows]").forEach(function (other) {
        other.setAttribute("aria-pressed", String(other === button));
      });
      canvas.classList.toggle("shows-wait", button.dataset.shows === "wait");
    });
  });

  var whole = svg.viewBox.baseVal;
  var home = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
  var view = Object.assign({}, home);
  var show = function () { svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" ")); };
  var zoom = function (factor, px, py) {
    var w = Math.min(home.w * 1.5, Math.max(home.w / 12, view.w * factor));
    var k = w / view.w;
    view = { x: px - (px - view.x) * k, y: py - (py - view.y) * k, w: w, h: view.h * k };
    show();
  };
  var centre = function () { return [view.x + view.w / 2, view.y + view.h / 2]; };
  var move = function (dx, dy) { view.x += dx; view.y += dy; show(); };
  var actions = {
    "+": function () { var c = centre(); zoom(0.8, c[0], c[1]); },
    "-": function () { var c = centre(); zoom(1.25, c[0], c[1]); },
    "0": function () { view = Object.assign({}, home); show(); },
    ArrowLeft: function () { move(-view.w / 12, 0); },
    ArrowRight: function () { move(view.w / 12, 0); },
    ArrowUp: function () { move(0, -view.h / 12); },
    ArrowDown: function () { move(0, view.h / 12); }
  };
  actions["="] = actions["+"];
  canvas.addEventListener("keydown", function (event) {
    var act = event.ctrlKey || event.metaKey || event.altKey ? null : actions[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  var buttons = { "in": "+", "out": "-", "0": "0" };
  document.querySelectorAll("[data-zoom]").forEach(function (button) {
    button.addEventListener("click", function () { actions[buttons[button.dataset.zoom]](); });
  });
  // The wheel scrolls the page; with Ctrl (or a pinch, which browsers report so) it zooms.
  canvas.addEventListener("wheel", function (event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    var box = svg.getBoundingClientRect();
    var px = view.x + (event.clientX - box.left) / box.width * view.w;
    var py = view.y + (event.clientY - box.top) / box.height * view.h;
    zoom(event.deltaY < 0 ? 0.85 : 1.18, px, py);
  }, { passive: false });
  var held = null;
  svg.addEventListener("pointerdown", function (event) {
    if (event.pointerType === "touch" || event.button) return;
    held = { x: event.clientX, y: event.clientY };
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("held");
  });
  svg.addEventListener("pointermove", function (event) {
    if (!held) return;
    var scale = view.w / svg.getBoundingClientRect().width;
    move((held.x - event.clientX) * scale, (held.y - event.clientY) * scale);
    held = { x: event.clientX, y: event.clientY };
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    svg.addEventListener(name, function () { held = null; svg.classList.remove("held"); });
  });
})();
