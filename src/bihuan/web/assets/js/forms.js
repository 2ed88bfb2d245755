// One press, one act: ids made here, buttons that say they are submitting, suggestions by Tab.
import { say } from "./words.js";

function giveActId(form) {
  const field = form.elements.namedItem("act_id");
  if (field instanceof HTMLInputElement && field.value === "" && crypto.randomUUID) {
    field.value = crypto.randomUUID();
  }
}

// The button that was pressed says it; where a key sent the form, the one that stands out does.
function setBusy(form, busy, pressed = null) {
  const solid = form.querySelector(".is-solid");
  form.dataset.busy = busy ? "yes" : "";
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    const words = button.querySelector("span") || button;
    if (busy) {
      button.dataset.words = words.textContent;
      button.setAttribute("aria-busy", "true");
      if (pressed ? button === pressed : button === solid || !solid) words.textContent = say("busy");
    } else if (button.hasAttribute("aria-busy")) {
      button.removeAttribute("aria-busy");
      words.textContent = button.dataset.words;
    }
  }
}

function takeSuggestion(field) {
  field.value = field.dataset.suggest;
  field.removeAttribute("data-suggest");
  field.parentElement.querySelector("[data-take]")?.remove();
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
}

// A field asked for only under one choice is out of sight under another; what it held is not sent.
function showWhatCounts(form) {
  const posted = new FormData(form);
  for (const field of form.querySelectorAll("[data-when]")) {
    const [name, ...value] = field.dataset.when.split("=");
    const chosen = posted.get(name);
    field.hidden = chosen !== null && chosen !== "" && !value.join("=").split("|").includes(chosen);
    for (const control of field.querySelectorAll("input, textarea, select")) control.disabled = field.hidden;
  }
}

// A template goes into its field; what was typed there before comes back when none is chosen.
function fillFrom(select) {
  const field = select.form.elements.namedItem(select.dataset.fills);
  if (!field) return;
  if (select.typed === undefined) select.typed = field.value;
  field.value = select.selectedOptions[0].dataset.text ?? select.typed;
  if (select.value === "") select.typed = undefined;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startForms() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-fills]")) fillFrom(event.target);
    if (event.target.form) showWhatCounts(event.target.form);
  });
  document.addEventListener("htmx:load", (event) => {
    for (const field of event.detail.elt.querySelectorAll("[data-when]")) showWhatCounts(field.closest("form"));
  });
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      if (form.dataset.busy === "yes") {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      giveActId(form);
      // Only after the browser has read the pressed button's name and value.
      setTimeout(() => setBusy(form, true, event.submitter));
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches('[aria-disabled="true"], [aria-busy="true"]')) event.preventDefault();
    const taken = event.target.closest("[data-take]");
    if (taken) takeSuggestion(taken.parentElement.querySelector("[data-suggest]"));
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Tab" || event.shiftKey || !field.dataset?.suggest || field.value !== "") return;
    if ("byPress" in field.dataset) return; // Nobody signs by going on to the next field.
    event.preventDefault();
    takeSuggestion(field);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt instanceof HTMLFormElement) setTimeout(() => setBusy(event.detail.elt, false));
  });
  // Coming back by the browser's Back must not find a button that waits for ever.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll('form[data-busy="yes"]')) setBusy(form, false);
  });
}
