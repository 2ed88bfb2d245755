// htmx under a strict content policy: nothing is evaluated, no style is written, no page is stored.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  historyRestoreAsHxRequest: false,
  refreshOnHistoryMiss: true,
  globalViewTransitions: false,
  scrollIntoViewOnBoost: false,
  // A refusal, a conflict and a form to put right are answers, not failures.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(00|03|09|22|23|29)", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]')?.content;
  return meta || document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] || "";
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  // The button a form is sent by says what is to be done, also where a key sent it and none was pressed.
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.parameters[button.name] = button.value;
  // Signing in again (here or in another tab) makes a new one: the cookie holds it, the page does not.
  const fresh = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1];
  event.detail.headers["X-CSRFToken"] = fresh || csrfToken();
  if (fresh && event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = fresh;
});

// An answer without the part that was asked for (a page of another kind) must not empty this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse, requestConfig } = event.detail;
  if (!target?.matches?.(".shell") || !requestConfig) return;
  if (!serverResponse.includes('class="shell')) {
    event.detail.shouldSwap = false;
    event.detail.isError = true;
  }
});

export default htmx;
