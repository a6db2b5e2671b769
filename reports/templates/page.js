// Theme, print, parts, search, deep links.
(function () {
  "use strict";
  var root = document.documentElement;
  var byId = function (id) { return document.getElementById(id); };

  // Theme: follows the system until chosen.
  var themeButton = byId("theme");
  var systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  var isDark = function () { return root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches; };
  var label = function () { themeButton.textContent = isDark() ? themeButton.dataset.light : themeButton.dataset.dark; };
  themeButton.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("onething-theme", root.dataset.theme); } catch (refused) { /* no storage: only now */ }
    label();
  });
  systemDark.addEventListener("change", label);
  label();
  byId("print").addEventListener("click", function () { window.print(); });

  // Parts: the one in view is marked.
  var links = Array.from(document.querySelectorAll(".parts a"));
  var sections = links.map(function (link) { return byId(link.hash.slice(1)); });
  var mark = function (index) {
    links.forEach(function (link, i) {
      if (i === index) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
  };
  var waiting = false;
  var follow = function () {
    waiting = false;
    var line = window.innerHeight * 0.3;
    var current = 0;
    sections.forEach(function (section, i) { if (section.getBoundingClientRect().top <= line) current = i; });
    mark(current);
  };
  window.addEventListener("scroll", function () {
    if (!waiting) { waiting = true; window.requestAnimationFrame(follow); }
  }, { passive: true });
  follow();

  // Deep links open what they point into.
  var reveal = function () {
    var id = decodeURIComponent(window.location.hash.slice(1));
    var target = id && byId(id);
    if (!target) return;
    for (var up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  if (window.location.hash) reveal();

  // Search: headings, titles, rows of tables, words.
  var input = byId("search");
  var found = byId("found");
  var index = null;
  var build = function () {
    index = [];
    sections.forEach(function (section, i) {
      var topic = links[i].textContent;
      var add = function (element, text, target) {
        var clean = text.replace(/\s+/g, " ").trim();
        if (clean) index.push({ topic: topic, text: clean, low: clean.toLowerCase(), target: target, element: element });
      };
      var selector = "h1,h2,h3,.deck,.caption,.evidence,.notes li,.words div,table.rows tbody tr,table.matrix tbody tr";
      section.querySelectorAll(selector).forEach(function (element) {
        var holder = element.closest("[id]");
        var text = element.tagName === "TR"
          ? Array.from(element.cells, function (cell) { return cell.textContent; }).join(" · ") : element.textContent;
        add(element, text, holder ? holder.id : section.id);
      });
    });
  };
  var close = function () { found.hidden = true; found.textContent = ""; };
  var hit = function (entry) {
    var link = document.createElement("a");
    link.href = "#" + entry.target;
    var small = document.createElement("small");
    small.textContent = entry.topic;
    link.append(small, entry.text.length > 90 ? entry.text.slice(0, 88) + "…" : entry.text);
    link.addEventListener("click", function () {
      for (var up = entry.element; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
      document.querySelectorAll(".hit").forEach(function (old) { old.classList.remove("hit"); });
      entry.element.classList.add("hit");
      close();
      window.setTimeout(function () { entry.element.scrollIntoView({ block: "center" }); }, 0);
    });
    return link;
  };
  input.addEventListener("input", function () {
    if (!index) build();
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { close(); return; }
    var hits = index.filter(function (entry) {
      return words.every(function (word) { return entry.low.indexOf(word) >= 0; });
    }).slice(0, 12);
    found.textContent = "";
    if (hits.length) hits.forEach(function (entry) { found.append(hit(entry)); });
    else found.append(found.dataset.none);
    found.hidden = false;
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "range";
    if (event.key === "/" && !typing) { event.preventDefault(); input.focus(); return; }
    if (event.key === "Escape" && !found.hidden) { close(); input.focus(); return; }
    if (found.hidden || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    var all = [input].concat(Array.from(found.querySelectorAll("a")));
    var at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length].focus();
  });
  document.addEventListener("click", function (event) { if (!event.target.closest(".tools")) close(); });
})();
