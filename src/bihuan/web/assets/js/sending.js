// A form that changes something is sent from the page it stands on, which gives way only to the answer: a lost
// session or line leaves what was typed where it is, and it is kept for when somebody signs in again.
import { bringBackLost, forget, keepLost } from "./drafts.js";
import htmx from "./htmx.js";

const PLAIN =
  ".shell form[method=post]:not([hx-post], [data-whole], [data-download], [data-sign-out], [target])";
const isTaken = (element) => element instanceof HTMLFormElement && element.dataset.lost !== undefined;

function take(form, place) {
  if (!form.dataset.draft) form.dataset.lost = `${location.pathname}${location.search} ${place}`;
  else form.dataset.lost = "";
  form.setAttribute("hx-post", form.getAttribute("action") || location.pathname);
  form.setAttribute("hx-target", "body");
  form.setAttribute("hx-swap", "innerHTML show:window:top");
  form.setAttribute("hx-sync", "this:drop");
  if (form.enctype === "multipart/form-data") form.setAttribute("hx-encoding", form.enctype);
  htmx.process(form);
  bringBackLost(form);
}

const takeAll = () => document.querySelectorAll(PLAIN).forEach(take);

// A new look comes with a style sheet of its own.
function takeStyles(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const known = new Set([...document.styleSheets].map((sheet) => sheet.href));
  for (const link of fresh.querySelectorAll("head link[rel=stylesheet]")) {
    if (!known.has(new URL(link.getAttribute("href"), location.href).href)) document.head.append(link);
  }
}

export function startSending() {
  takeAll();
  document.addEventListener("htmx:load", takeAll);
  // The address changes where the answer leads elsewhere; a form to put right stays at its own.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    if (!isTaken(elt)) return;
    const led = xhr.responseURL && new URL(xhr.responseURL).pathname !== new URL(requestConfig.path, location.href).pathname;
    elt.setAttribute("hx-push-url", led ? "true" : "false");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr, serverResponse } = event.detail;
    if (!isTaken(requestConfig?.elt) || !event.detail.shouldSwap) return;
    const isOurs = serverResponse.includes('class="shell');
    if (isOurs || xhr.status < 300) forget(requestConfig.elt);
    if (isOurs) return takeStyles(serverResponse);
    // A page of another kind: gone to where the answer leads, but never in place of what is still to be put right.
    event.detail.shouldSwap = false;
    if (xhr.status < 300) location.assign(xhr.responseURL);
    else event.detail.isError = true;
  });
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failed, (event) => isTaken(event.detail.elt) && keepLost(event.detail.elt));
  }
}
