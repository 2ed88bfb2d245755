// The page of operations: a form there sends its request and shows what came back.
import { csrfToken } from "./htmx.js";

function address(form) {
  const query = new URLSearchParams();
  let path = form.dataset.try;
  for (const input of form.querySelectorAll("[data-in]")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.dataset.in === "query" && input.value) query.set(input.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

function headers(form) {
  const told = { "X-CSRFToken": csrfToken(), "Accept-Language": document.documentElement.lang };
  for (const input of form.querySelectorAll('[data-in="header"]')) if (input.value) told[input.name] = input.value;
  if (form.querySelector("[data-body]")) told["Content-Type"] = "application/json";
  return told;
}

async function send(form) {
  const status = form.querySelector("[data-status]");
  const shown = form.querySelector("[data-answer]");
  const body = form.querySelector("[data-body]")?.value;
  try {
    const answer = await fetch(address(form), {
      method: form.dataset.method, headers: headers(form), body, credentials: "same-origin",
    });
    const text = await answer.text();
    status.textContent = `${answer.status} ${answer.statusText}`;
    try {
      shown.textContent = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      shown.textContent = text.slice(0, 2000);
    }
    shown.hidden = false;
  } catch (trouble) {
    status.textContent = String(trouble);
  }
}

export function startTrying() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-try]")) return;
    event.preventDefault();
    send(event.target);
  });
}
