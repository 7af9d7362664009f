// Runs before the first paint, so that a chosen theme never flashes. Everything else is in uptake.js.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    for (const name of ["theme", "density"]) {
      const chosen = localStorage.getItem(`uptake-${name}`);
      if (chosen) root.dataset[name] = chosen;
    }
  } catch {
    // Storage may be forbidden; the system's theme is a good answer then.
  }
})();
