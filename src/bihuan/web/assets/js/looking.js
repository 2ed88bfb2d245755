// While a case's page is in sight it says so every half minute, and reads who else has it open.
import { csrfToken } from "./htmx.js";
import { announce } from "./saying.js";

const EVERY = 30000;
const place = () => document.querySelector("[data-looking]");

function post(fields, keepalive = false) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrfToken(), ...fields });
  return fetch(place().dataset.looking, { method: "POST", body, keepalive, credentials: "same-origin" });
}

async function look() {
  if (!place() || document.visibilityState !== "visible") return;
  let words;
  try {
    const answer = await post({});
    if (!answer.ok || answer.redirected) return;
    words = await answer.text();
  } catch {
    return; // The line at the top tells of a lost connection.
  }
  const line = place();
  const who = line?.querySelector("[data-who]");
  if (!who || who.textContent === words) return;
  who.textContent = words;
  line.hidden = words === "";
  if (words) announce(words);
}

export function startLooking() {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", () => place() && post({ gone: "1" }, true).catch(() => {}));
}
