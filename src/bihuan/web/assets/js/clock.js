// Countdowns and the clock of the bar, by the server's clock: this machine's is never trusted.
import { say } from "./words.js";

const MINUTE = 60;
const DAY = 86400;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

// Measured from the moment the page arrived, so a wrong or changed wall clock here doesn't matter.
let pageNow = Number(meta("server-now")) || Math.floor(Date.now() / 1000);
let pageAt = performance.now();

export function now() {
  return pageNow + Math.floor((performance.now() - pageAt) / 1000);
}

export function clockText(seconds = now()) {
  const zone = meta("zone") || "Asia/Shanghai";
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(
    seconds * 1000,
  );
}

function span(seconds, late) {
  const minutes = Math.floor((late ? seconds : seconds + MINUTE - 1) / MINUTE);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function refresh(element, at) {
  const left = Number(element.dataset.due) - at;
  const late = left < 0;
  const tone = late ? "late" : at >= Number(element.dataset.near) ? "near" : "";
  if (element.dataset.tone !== tone) element.dataset.tone = tone;
  // From a day on, the words are the server's.
  if (Math.abs(left) >= DAY) return;
  const text = span(Math.abs(left), late);
  const words = late ? say("over", text) : "big" in element.dataset ? text : say("left", text);
  if (words && element.textContent !== words) element.textContent = words;
}

export function refreshCountdowns(all = true) {
  const at = now();
  for (const element of document.querySelectorAll(".countdown[data-due]")) {
    if (all || Math.abs(Number(element.dataset.due) - at) < 10 * MINUTE) refresh(element, at);
  }
}

function refreshClock() {
  const language = document.documentElement.lang;
  const zone = { timeZone: meta("zone") || "Asia/Shanghai" };
  const instant = now() * 1000;
  const part = (options) => new Intl.DateTimeFormat(language, { ...zone, ...options }).format(instant);
  const day = language.startsWith("zh")
    ? `${new Intl.DateTimeFormat("sv-SE", { ...zone, month: "2-digit", day: "2-digit" }).format(instant)} ${part({ weekday: "short" })}`
    : new Intl.DateTimeFormat("en-GB", { ...zone, weekday: "short", day: "numeric", month: "short" })
        .format(instant)
        .replace(",", "");
  for (const element of document.querySelectorAll("[data-clock]")) {
    element.textContent = `${day} ${clockText()}`;
  }
}

export function startClock() {
  let ticks = 0;
  setInterval(() => {
    ticks += 1;
    refreshCountdowns(ticks % 10 === 0);
    if (ticks % 10 === 0) refreshClock();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refreshCountdowns();
  });
  document.addEventListener("htmx:afterSwap", () => refreshCountdowns());
  // A server that says its time with an answer corrects the offset of a page left open (and of a machine that slept).
  document.addEventListener("htmx:afterRequest", (event) => {
    const told = Number(event.detail.xhr?.getResponseHeader("X-Server-Now"));
    if (told) {
      pageNow = told;
      pageAt = performance.now();
    }
  });
}
