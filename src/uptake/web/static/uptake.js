// What pages do beyond HTML: theme and density, charts, keys. Every page works without it, only plainer.

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 600px)");
const NARROW = 568; // pixels of a plot, as in the style sheet
const drawn = new Map(); // chart element -> { spec, view }

// Theme and density: data-theme="light" | "dark", data-density="compact"; absent means automatic and roomy.

function choose(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    if (value) localStorage.setItem(`uptake-${name}`, value);
    else localStorage.removeItem(`uptake-${name}`);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  showChoices(document);
  if (name === "theme") redraw();
}

function showChoices(within) {
  for (const button of within.querySelectorAll("[data-choose]")) {
    const chosen = (root.dataset[button.dataset.choose] ?? "") === button.value;
    button.setAttribute("aria-pressed", String(chosen));
  }
}

// Charts: <script type="application/json" class="chart-spec"> beside an element of class "chart-view".

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches;
}

// Names beside the lines would leave a narrow plot no room; there the key below the plot says them.
function fitted(spec, element) {
  if (element.clientWidth > NARROW || !spec.layer) return spec;
  const has = Boolean(spec.usermeta?.key?.length);
  const layer = spec.layer.filter((each) => !each.name?.startsWith(has ? "beside-" : "beside-name"));
  if (!has) return { ...spec, layer };
  return { ...spec, layer, padding: { ...spec.padding, right: 16 } };
}

async function draw(element, spec) {
  if (!window.vegaEmbed) return;
  const themes = JSON.parse(document.getElementById("chart-themes")?.textContent ?? "{}");
  const config = themes[isDark() ? "dark" : "light"] ?? spec.config ?? {};
  drawn.get(element)?.view?.finalize();
  drawn.set(element, { spec });
  try {
    const { view } = await window.vegaEmbed(element, fitted(spec, element), {
      actions: false,
      ast: true, // expressions are interpreted, so the page needs no eval
      config: { ...config, background: "transparent" },
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true, offsetX: 12, offsetY: 12 },
    });
    drawn.set(element, { spec, view });
    if (spec.usermeta?.people) leadToPeople(element, view, spec.usermeta.people);
  } catch (error) {
    console.error("A chart could not be drawn.", error);
    element.textContent = "This chart could not be drawn. The table below has the same data.";
    element.closest(".chart")?.querySelector("details")?.setAttribute("open", "");
  }
}

// A mark that counts somebody leads to them; `cell` says which number it is, `cells` those of all lines at its place.
function leadToPeople(element, view, base) {
  view.addEventListener("mousemove", (_, item) => {
    element.style.cursor = item?.datum?.cell || item?.datum?.cells ? "pointer" : "";
  });
  view.addEventListener("click", (event, item) => {
    const cell = item?.datum?.cell ?? nearest(element, view, item?.datum?.cells ?? [], event.clientY);
    if (!cell) return;
    if (event.ctrlKey || event.metaKey) window.open(base + cell, "_blank", "noopener");
    else location.assign(base + cell);
  });
}

function nearest(element, view, cells, clientY) {
  const plot = element.querySelector(".root > g > .background")?.getBoundingClientRect();
  if (!cells.length || !plot) return "";
  const value = view.scale("y").invert(((clientY - plot.top) / plot.height) * view.height());
  return cells.reduce((best, each) => (Math.abs(each[0] - value) < Math.abs(best[0] - value) ? each : best))[1];
}

function redraw() {
  for (const [element, { spec }] of drawn) {
    if (element.isConnected) draw(element, spec);
    else drawn.delete(element);
  }
}

function drawAll(within) {
  for (const script of within.querySelectorAll("script.chart-spec")) {
    const element = script.parentElement.querySelector(".chart-view");
    if (element && !drawn.has(element)) draw(element, JSON.parse(script.textContent));
  }
}

// Keys: "/" searches, "g" and a letter goes to a page, arrows move in tables.

const GO = { a: "/accounts", d: "/data", e: "/explore", f: "/features", m: "/metrics", o: "/", r: "/metrics/retention", u: "/users" };
let goUntil = 0;

function isTyping(target) {
  return Boolean(target.closest?.("input, select, textarea, [contenteditable]"));
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return close(event);
  if (event.target.closest?.(".search")) return moveInHits(event);
  if (isTyping(event.target)) return;
  if (event.key === "/") {
    const search = document.getElementById("search");
    if (!search) return;
    event.preventDefault();
    openMenu(true);
    search.focus();
    search.select();
  } else if (event.key === "g") {
    goUntil = event.timeStamp + 1500;
  } else if (event.timeStamp < goUntil) {
    goUntil = 0;
    // Only pages the rail shows exist.
    const link = document.querySelector(`.rail nav a[href="${GO[event.key] ?? ""}"]`);
    if (link) link.click();
  } else {
    move(event);
  }
}

function close(event) {
  if (event.target.closest?.(".search, .term")) event.target.blur();
  openMenu(false);
}

// Below the search field: down and up go through what was found; the field itself stands above the first.
function moveInHits(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [document.getElementById("search"), ...document.querySelectorAll("#search-found a")];
  const to = all[all.indexOf(event.target) + step];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

// In a table marked data-keys="rows" rows take the focus, in data-keys="cells" cells do; one of them is in the tab order.

function stops(table) {
  return [...table.querySelectorAll(table.dataset.keys === "cells" ? "tbody td" : "tbody tr")];
}

function prepareTables(within) {
  for (const table of within.querySelectorAll("table[data-keys]")) {
    stops(table).forEach((stop, index) => stop.setAttribute("tabindex", index === 0 ? "0" : "-1"));
    // Arrows lead to a cell and Enter to what is behind it, so that Tab leaves the table at once.
    if (table.dataset.keys === "cells") table.querySelectorAll("td a").forEach((link) => (link.tabIndex = -1));
  }
}

function target(table, from, key) {
  const all = stops(table);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (table.dataset.keys === "rows") {
    return all[all.indexOf(from) + ({ ArrowDown: 1, ArrowUp: -1 }[key] ?? NaN)];
  }
  if (key === "ArrowLeft") return from.previousElementSibling?.matches("td") ? from.previousElementSibling : null;
  if (key === "ArrowRight") return from.nextElementSibling;
  const row = { ArrowDown: from.parentElement.nextElementSibling, ArrowUp: from.parentElement.previousElementSibling }[key];
  return row?.children[from.cellIndex];
}

function move(event) {
  const table = event.target.closest?.("table[data-keys]");
  const from = event.target.closest?.("[tabindex]");
  if (!table || !from || !table.contains(from)) return;
  if (event.key === "Enter" && event.target === from) {
    from.querySelector("a[href]")?.click();
    return;
  }
  const to = target(table, from, event.key);
  if (!to) return;
  event.preventDefault();
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
}

// What scrolls to the side says so as long as there is more at the right.

const SIDEWAYS = ".table-wrap, .chart";
const sizes = new ResizeObserver((found) => found.forEach(({ target: seen }) => tellMore(seen.closest(SIDEWAYS))));

function tellMore(element) {
  element.toggleAttribute("data-more", element.scrollLeft + element.clientWidth < element.scrollWidth - 2);
}

function watchSideways(within) {
  for (const element of within.querySelectorAll(SIDEWAYS)) {
    sizes.observe(element);
    for (const inner of element.children) sizes.observe(inner);
  }
}

function openMenu(isOpen) {
  const body = document.getElementById("rail");
  const button = document.querySelector(".menu-button");
  body?.classList.toggle("open", isOpen);
  button?.setAttribute("aria-expanded", String(isOpen));
}

async function copy(button) {
  const text = button.closest("[data-copied]")?.querySelector("code")?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy it";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

document.addEventListener("keydown", onKey);
// Lists in a form: there is always an empty line to go on with.
function removeLine(button) {
  const form = button.form;
  button.closest("li").remove();
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  const line = event.target.closest?.(".lines li");
  if (!line || line.nextElementSibling || !event.target.value) return;
  const next = line.cloneNode(true);
  next.querySelector("input").value = "";
  line.after(next);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-choose]");
  if (button) choose(button.dataset.choose, button.value);
  const removes = event.target.closest?.("[data-removes]");
  if (removes) removeLine(removes);
  const copied = event.target.closest?.("[data-copied] button");
  if (copied) copy(copied);
  if (event.target.closest?.(".menu-button")) openMenu(!document.getElementById("rail").classList.contains("open"));
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
document.addEventListener("scroll", (event) => {
  if (event.target.matches?.(SIDEWAYS)) tellMore(event.target);
}, true);
systemDark.addEventListener("change", redraw);
narrow.addEventListener("change", redraw);

function setUp(within) {
  showChoices(within);
  prepareTables(within);
  watchSideways(within);
  drawAll(within);
}

setUp(document);
// Parts that htmx puts in later bring charts and tables of their own.
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) setUp(event.detail.elt);
});

// A page that comes after its frame still goes to where its address points.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "main" || !location.hash) return;
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
});

// What is still counted says for how long: how much of it is left is not known.

const COUNTING_FROM_S = 2;
const countedSince = new WeakMap();

function tellCounting() {
  for (const element of document.querySelectorAll("[data-counting]")) {
    if (element.closest("details:not([open])")) continue; // not asked yet
    const since = countedSince.get(element) ?? performance.now();
    countedSince.set(element, since);
    const seconds = Math.floor((performance.now() - since) / 1000);
    if (seconds < COUNTING_FROM_S) continue;
    element.textContent = `counting for ${seconds} s`;
    element.hidden = false;
  }
}

tellCounting();
setInterval(tellCounting, 1000);

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const asking = event.detail.elt;
    const own = asking.matches("[data-counting]") ? [asking] : asking.querySelectorAll("[data-counting]");
    for (const element of own) {
      delete element.dataset.counting;
      element.textContent = "No answer came. Load the page again to ask once more.";
      element.hidden = false;
    }
  });
}

// Conditions: the values that are proposed are those of the chosen property; some tests have no value.

function fitCondition(condition) {
  const [property, test] = condition.querySelectorAll("select");
  const value = condition.querySelector("input");
  const list = property.value ? property.selectedOptions[0].dataset.values : "values";
  if (list) value.setAttribute("list", list);
  else value.removeAttribute("list");
  value.hidden = ["?", "!?"].includes(test.value); // but sent, so that each test keeps its value
}

for (const condition of document.querySelectorAll("[data-condition]")) {
  fitCondition(condition);
  condition.addEventListener("change", () => fitCondition(condition));
}
