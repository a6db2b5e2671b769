// Before the first paint: the theme that was chosen here before, and that scripts run.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("onething-theme");
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  } catch (refused) {
    // Pages opened from a folder may have no storage: the system's choice holds.
  }
})();
