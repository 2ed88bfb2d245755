// What happened is said in a polite live region; trouble and a lost connection each have one line.
import { clockText } from "./clock.js";
import { say } from "./words.js";

export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

let lastFailed = null;
let pressed = null; // the button it was sent by: its value says what is to be done

function showTrouble(code, { elt, requestConfig }) {
  const line = document.getElementById("trouble");
  if (!line) return;
  lastFailed = elt;
  pressed = requestConfig?.triggeringEvent?.submitter ?? null;
  line.querySelector("[data-code]").textContent = code ? String(code) : "";
  line.hidden = false;
}

function followConnection() {
  const line = document.getElementById("line-down");
  if (!line) return;
  const show = () => {
    line.hidden = navigator.onLine;
    const since = line.querySelector("[data-since]");
    if (!navigator.onLine) since.textContent = since.dataset.since.replace("{t}", clockText());
  };
  window.addEventListener("offline", show);
  window.addEventListener("online", () => {
    show();
    announce(say("online"));
  });
  if (!navigator.onLine) show();
}

export function startSaying() {
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const out = document.getElementById("signed-out");
    if (xhr.status === 401 && out) {
      out.hidden = false;
      out.querySelector("a").search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
      announce(out.innerText);
      return;
    }
    const number = xhr.getResponseHeader("X-Request-Id") || "";
    showTrouble(`${xhr.status} ${number}`.trim(), event.detail);
  });
  document.addEventListener("htmx:sendError", (event) => showTrouble("", event.detail));
  document.addEventListener("htmx:afterRequest", (event) => {
    const line = document.getElementById("trouble");
    if (line && event.detail.successful) line.hidden = true;
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-retry]")) return;
    document.getElementById("trouble").hidden = true;
    if (!lastFailed?.isConnected) return;
    if (lastFailed.matches("form")) lastFailed.requestSubmit(pressed);
    else lastFailed.click();
  });
  // After a swap the focus goes to what was said (data-focus), else to the field that waits; it is never lost.
  let within = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    within = document.activeElement !== document.body && Boolean(event.detail.target?.contains?.(document.activeElement));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    // What was put in another's place is the element itself; the target has left the page.
    const target = event.detail.target?.isConnected ? event.detail.target : event.detail.elt;
    const said = target?.querySelector?.("[data-focus]");
    const wrong = target?.querySelector?.("[aria-invalid=true]");
    if (said) {
      // Done: on with the next obligation; what happened is said without taking the focus.
      const next = said.matches(".done-note") && document.querySelector('[data-list] tr[aria-current="true"] [data-select]');
      if (next) next.focus({ preventScroll: true });
      else said.focus();
      announce(said.innerText.trim());
    } else if (wrong) {
      wrong.focus();
    } else if (target?.id === "act-form") {
      target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else if (within && document.activeElement === document.body) {
      document.getElementById("content")?.focus({ preventScroll: true });
    }
  });
  document.querySelector(":not(.guide *)[data-focus]")?.focus();
  followConnection();
}
