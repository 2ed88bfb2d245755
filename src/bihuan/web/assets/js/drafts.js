// What is typed into a form with data-draft is kept on this machine until the form was accepted.
import { clockText, now } from "./clock.js";
import { announce } from "./saying.js";
import { say } from "./words.js";

const PREFIX = "bihuan:draft:";
const KEPT = 7 * 86400;
const NEVER = new Set(["hidden", "password", "file", "submit", "button"]);

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NEVER.has(field.type));
// Whose they are, on a machine that several people use.
const mine = `${PREFIX}${document.body.dataset.person || ""}:`;
const keyOf = (form) => mine + (form.dataset.draft || form.dataset.lost);

function read(form) {
  const kept = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) kept[field.name] = [...(kept[field.name] || []), field.value];
    } else if (field.value) {
      kept[field.name] = field.value;
    }
  }
  return kept;
}

function write(form, kept) {
  for (const field of fieldsOf(form)) {
    const value = kept[field.name];
    if (value === undefined) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = value.includes(field.value);
    else if (field.value === "") field.value = value;
  }
}

function tell(form, text, withDiscard = false) {
  const note = form.querySelector("[data-draft-note]");
  if (!note) return;
  note.textContent = `${text} `;
  note.hidden = false;
  if (!withDiscard) return;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "plain";
  discard.textContent = say("discard");
  discard.addEventListener("click", () => {
    forget(form);
    form.reset();
    note.hidden = true;
  });
  note.append(discard);
}

export function forget(form) {
  localStorage.removeItem(keyOf(form));
  form.dataset.touched = "";
}

export function keep(form, aloud = false) {
  if (!form.dataset.touched && !aloud) return;
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: now(), fields: read(form) }));
  } catch {
    return; // A full or forbidden storage must not stand in the way of typing.
  }
  form.dataset.touched = "";
  const words = say("draft", clockText());
  tell(form, words);
  if (aloud) announce(words);
}

function kept(form) {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(form)));
    if (draft && now() - draft.at <= KEPT) return draft;
  } catch {
    return null;
  }
  return null;
}

function bringBack(form) {
  if (form.dataset.draftRead) return;
  form.dataset.draftRead = "yes";
  const draft = kept(form);
  if (!draft) return;
  write(form, draft.fields);
  tell(form, say("restored", clockText(draft.at)), true);
}

// What was changed in a form is kept only where it could not be sent (sending.js), and comes back over what stands there.
export function keepLost(form) {
  if (form.dataset.draft) return keep(form, true);
  const changed = fieldsOf(form).filter((field) => "defaultValue" in field && field.value !== field.defaultValue);
  if (!changed.length) return;
  const fields = Object.fromEntries(changed.map((field) => [field.name, field.value]));
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: now(), fields }));
  } catch {
    // It stands on the page still.
  }
}

export function bringBackLost(form) {
  const draft = form.dataset.lost && kept(form);
  if (!draft) return;
  for (const field of fieldsOf(form)) field.value = draft.fields[field.name] ?? field.value;
  const note = document.createElement("div");
  note.className = "draft-note";
  note.dataset.draftNote = "";
  form.prepend(note);
  tell(form, say("restored", clockText(draft.at)), true);
}

const forms = (root = document) => root.querySelectorAll("form[data-draft]");

function wipe() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

// Also of forms that are never opened again.
function forgetOld() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    try {
      if (now() - JSON.parse(localStorage.getItem(key)).at <= KEPT) continue;
    } catch {
      // What cannot be read is of no use either.
    }
    localStorage.removeItem(key);
  }
}

export function startDrafts() {
  forgetOld();
  // The page after an accepted plain form names the drafts that are done with.
  const done = document.querySelector('meta[name="draft-done"]')?.content;
  for (const name of done?.split(" ") || []) localStorage.removeItem(mine + name);
  for (const form of forms()) bringBack(form);
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.draft) form.dataset.touched = "yes";
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.form?.dataset.draft) keep(event.target.form);
  });
  setInterval(() => forms().forEach((form) => keep(form)), 5000);
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-save-draft]")?.form;
    if (form) keep(form, true);
  });
  document.addEventListener("htmx:load", (event) => {
    for (const form of forms(event.detail.elt)) bringBack(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // A form that was swapped out by its answer is no longer where the event comes from.
    const form = event.detail.requestConfig?.elt || event.detail.elt;
    if (form instanceof HTMLFormElement && form.dataset.draft && event.detail.xhr?.status < 300) forget(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) wipe();
    else if (event.target.dataset.draft) keep(event.target);
  });
}
