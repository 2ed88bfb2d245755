// The keyboard of the desk. Single letters are off while a field has focus, and can be switched off.
import { chooseRow } from "./choosing.js";
import { keep } from "./drafts.js";
import { backToRow, closePane, enter, move, selectedRow } from "./lists.js";
import { open } from "./popovers.js";
import { announce } from "./saying.js";
import { say } from "./words.js";

const LETTERS = "bihuan:letters";
const root = document.documentElement;
let after = "";

const typing = (element) => element?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const lettersOn = () =>
  root.dataset.letters !== "off" && document.body.dataset.letters !== "off" && localStorage.getItem(LETTERS) !== "off";

function press(key) {
  const element = [...document.querySelectorAll("[data-key]")].find(
    (found) => found.dataset.key.toLowerCase() === key && found.checkVisibility?.() !== false,
  );
  if (!element) return false;
  if (typing(element)) element.focus();
  else element.click();
  return true;
}

function toField(digit) {
  const field = document.querySelector(`[data-digit="${digit}"]`);
  if (!field) return false;
  (field.matches("fieldset") ? field.querySelector("input:checked, input") : field)?.focus();
  return true;
}

function showClause() {
  const place = selectedRow() || document.activeElement?.closest("li, div, tr") || document;
  const button = place.querySelector(".clause") || document.querySelector(".pane .clause, .content .clause");
  if (button) open(button);
  return Boolean(button);
}

async function copyNumber() {
  const number = selectedRow()?.dataset.number || document.querySelector("[data-case-number]")?.dataset.caseNumber;
  if (!number) return;
  await navigator.clipboard?.writeText(number);
  announce(say("copied", number));
}

function submit() {
  const form =
    document.activeElement?.closest("form[method=post]") ||
    document.querySelector("#act-form form, .pane form[method=post], .content form[method=post]");
  form?.requestSubmit(form.querySelector("button.is-solid:not([type=button])") || undefined);
  return Boolean(form);
}

function saveDraft() {
  const form = document.activeElement?.closest("form[data-draft]") || document.querySelector("form[data-draft]");
  if (form) keep(form, true);
  return Boolean(form);
}

function escape() {
  const field = document.activeElement;
  if (document.querySelector(":popover-open")) return false;
  if (typing(field)) {
    if (field.form?.dataset.draft) keep(field.form);
    if (!backToRow()) field.blur();
    return true;
  }
  return closePane();
}

function go(where) {
  const address = document.body.dataset[where];
  if (address) location.assign(address);
  return Boolean(address);
}

function letter(event) {
  const key = event.key.toLowerCase();
  if (after === "g") {
    after = "";
    if (key === "d") return go("todo");
    if (key === "b") return go("board");
  }
  const row = selectedRow();
  if (key === "g") {
    after = "g";
    setTimeout(() => (after = ""), 1000);
    return true;
  }
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1), true;
  if (key === "o" && row?.dataset.href) return location.assign(row.dataset.href), true;
  if (key === "x") return chooseRow(row);
  if (key === "i") return showClause();
  if (key === "y") return copyNumber(), true;
  if (key === "?") return document.getElementById("keys")?.togglePopover(), true;
  if (/^[1-9]$/.test(key)) return toField(key);
  return press(key);
}

function onKey(event) {
  if (event.isComposing || event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  let done = false;
  if (command && event.key === "Enter") done = submit();
  else if (command && event.key.toLowerCase() === "s") done = saveDraft();
  else if (event.altKey && /^Digit[1-9]$/.test(event.code)) done = toField(event.code.slice(5));
  else if (command || event.altKey) return;
  else if (event.key === "Escape") done = escape();
  else if (typing(event.target) || !lettersOn()) return;
  else if (event.key === "Enter") {
    const on = document.activeElement;
    const row = on === document.body ? selectedRow() : on.matches("[data-select]") && on.closest("[data-list] tr[data-row]");
    if (row) enter(row);
    done = Boolean(row);
  } else if (event.key.length === 1) done = Boolean(letter(event));
  if (done) event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  const box = document.querySelector("[data-letters][type=checkbox]");
  if (box) {
    box.checked = lettersOn();
    box.addEventListener("change", () => localStorage.setItem(LETTERS, box.checked ? "on" : "off"));
  }
  window.takeEarlyKeys().forEach(onKey);
  root.dataset.live = "yes";
}
