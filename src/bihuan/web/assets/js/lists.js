// Lists of owed acts: one row is selected, its pane follows; the list is read again without moving
// anything under the pointer.
import { chooseAgain, chosenRows } from "./choosing.js";
import htmx from "./htmx.js";
import { announce } from "./saying.js";
import { say } from "./words.js";

const WAIT = 150;
let pending = 0;
let entering = false;

const rows = () => [...document.querySelectorAll("[data-list] tr[data-row]")];
export const selectedRow = () => document.querySelector('[data-list] tr[aria-current="true"]');

function mark(row) {
  for (const other of document.querySelectorAll('[data-list] tr[aria-current="true"]')) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
}

export function preview(row, at = WAIT) {
  const link = row.querySelector("[data-select]");
  clearTimeout(pending);
  if (link) pending = setTimeout(() => link.click(), at);
}

function intoForm() {
  entering = false;
  const field = document.querySelector(
    "#pane-body form[method=post] :is(input:not([type=hidden], [type=file], :disabled), select:not(:disabled), textarea:not(:disabled), button.is-solid)",
  );
  (field || document.querySelector("#pane-body a.button"))?.focus();
}

// Enter: the pane of the row, and on into its form.
export function enter(row) {
  clearTimeout(pending);
  const link = row.querySelector("[data-select]");
  if (!link) return location.assign(row.dataset.href);
  entering = true;
  link.click();
}

export function backToRow() {
  const link = document.activeElement?.closest(".pane") && selectedRow()?.querySelector("a");
  link?.focus({ preventScroll: true });
  return Boolean(link);
}

export function move(by) {
  const all = rows();
  if (all.length === 0) return;
  const index = all.indexOf(selectedRow());
  const row = all[Math.min(Math.max(index + by, 0), all.length - 1)];
  if (row === selectedRow()) return;
  mark(row);
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  preview(row);
}

export function closePane() {
  const pane = document.getElementById("pane");
  if (!pane?.classList.contains("is-open")) return false;
  pane.classList.remove("is-open");
  selectedRow()?.querySelector("a")?.focus();
  return true;
}

function onClick(event) {
  if (event.target.closest("[data-close-pane]")) return void closePane();
  const row = event.target.closest("[data-list] tr[data-row]");
  if (!row) return;
  const link = event.target.closest("a");
  if (link?.hasAttribute("data-select")) mark(row);
  if (link || event.target.closest("button, input, .choose, .pop") || String(getSelection())) return;
  const select = row.querySelector("[data-select]");
  if (select) select.click();
  else if (row.dataset.href) location.assign(row.dataset.href);
}

const keysOf = (table) => new Set([...table.querySelectorAll("tr[data-row]")].map((row) => row.id));

const groupOf = (row) => row.closest("tbody")?.querySelector(".group-head")?.textContent || "";

function swap(table, fresh, pager) {
  const chosen = selectedRow()?.id;
  const focused = table.contains(document.activeElement) ? document.activeElement.closest("tr")?.id : "";
  const groups = new Map([...table.querySelectorAll("tr[data-row]")].map((row) => [row.id, groupOf(row)]));
  fresh.querySelectorAll('tr[aria-current="true"]').forEach((row) => row.removeAttribute("aria-current"));
  const [top, ticked] = [scrollY, chosenRows()];
  table.replaceWith(fresh);
  htmx.process(fresh);
  const old = document.getElementById("pager");
  if (old && pager) {
    old.replaceWith(pager);
    htmx.process(pager);
  }
  for (const row of fresh.querySelectorAll("tr[data-row]")) {
    const before = groups.get(row.id);
    if (before !== undefined && before !== groupOf(row)) row.classList.add("has-moved");
  }
  chooseAgain(ticked);
  const row = chosen && document.getElementById(chosen);
  if (row) row.setAttribute("aria-current", "true");
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
  scrollTo({ top });
}

// As many rows as are on the page now, those asked for by key included.
function liveAddress(table) {
  const address = new URL(table.dataset.live, location.href);
  if (document.getElementById("pager")) address.searchParams.set("shown", String(rows().length));
  return address;
}

async function reread() {
  const table = document.querySelector("table[data-live]");
  if (!table || document.visibilityState !== "visible") return;
  let page;
  try {
    const answer = await fetch(liveAddress(table), { headers: { "X-Live": "list" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // The line at the top tells of a lost connection; the list stays as it is.
  }
  const fresh = page.querySelector("table[data-live]");
  if (!fresh || !table.isConnected) return;
  const pager = page.getElementById("pager");
  const known = keysOf(table);
  const added = [...keysOf(fresh)].filter((key) => !known.has(key)).length;
  const waiting = document.querySelector("[data-new-rows]");
  if (waiting && (table.matches(":hover") || table.contains(document.activeElement))) {
    waiting.hidden = added === 0;
    waiting.textContent = say("new", String(added));
    waiting.onclick = () => {
      waiting.hidden = true;
      swap(table, fresh, pager);
    };
    return;
  }
  if (waiting) waiting.hidden = true;
  swap(table, fresh, pager);
  if (added) announce(say("new", String(added)));
}

export function startLists() {
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "pane-body") document.getElementById("pane")?.classList.add("is-open");
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (entering && document.getElementById("pane-body")) intoForm();
  });
  if (document.querySelector("table[data-live]")) {
    setInterval(reread, 60000);
    window.addEventListener("focus", reread);
  }
}
