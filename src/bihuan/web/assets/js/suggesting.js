// What the server offers for fields stands below them until a person chooses: Tab takes it, nothing is filled
// in by itself, and an answer that comes late never overwrites what was chosen.
import { announce } from "./saying.js";

const FILLED = new Set(["kind", "channel"]); // these always hold something: only a person's choice counts
const chosen = new WeakMap();
const chosenIn = (form) => chosen.get(form) || chosen.set(form, new Set()).get(form);

const buttonsOf = (form, name) => [...form.querySelectorAll(`[type=radio][name="${CSS.escape(name)}"]`)];

function holds(form, name) {
  const buttons = buttonsOf(form, name);
  if (buttons.length) return buttons.find((button) => button.checked)?.value || "";
  return form.elements.namedItem(name)?.value || "";
}

function put(form, name, value) {
  const buttons = buttonsOf(form, name);
  const control = buttons.find((button) => button.value === value) || form.elements.namedItem(name);
  if (!control || (buttons.length && control.value !== value)) return null;
  if (buttons.length) control.checked = true;
  else control.value = value;
  return control;
}

function wanted(form, offer) {
  const name = offer.dataset.offer;
  if (chosenIn(form).has(name)) return false;
  const held = holds(form, name);
  if (held === "") return true;
  const value = offer.querySelector("[data-take-offer]")?.dataset.value;
  if (FILLED.has(name)) return held !== value;
  return name === "name" && held !== value;
}

function underline(form, words) {
  const area = form.querySelector("textarea[data-underlined]");
  const behind = area?.parentElement.querySelector(".underlined");
  if (!behind) return;
  const fitting = words.filter(Boolean).sort((a, b) => b.length - a.length);
  const parts = fitting.length
    ? area.value.split(new RegExp(`(${fitting.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`))
    : [area.value];
  behind.replaceChildren(
    ...parts.map((part, index) => {
      if (index % 2 === 0) return document.createTextNode(part);
      const mark = document.createElement("mark");
      mark.textContent = part;
      return mark;
    }),
  );
  behind.scrollTop = area.scrollTop;
}

function wordsOf(offers) {
  return [...offers.children].flatMap((offer) => JSON.parse(offer.dataset.words || "[]"));
}

function distribute() {
  const offers = document.getElementById("offers");
  const form = offers?.closest("form");
  if (!form) return;
  for (const slot of form.querySelectorAll("[data-slot]")) slot.replaceChildren();
  for (const offer of offers.children) {
    const slot = form.querySelector(`[data-slot="${CSS.escape(offer.dataset.offer)}"]`);
    if (slot && wanted(form, offer)) slot.append(...offer.cloneNode(true).childNodes);
  }
  underline(form, wordsOf(offers));
}

function take(button) {
  const form = button.closest("form");
  const name = button.closest("[data-slot]").dataset.slot;
  for (const [other, value] of Object.entries(JSON.parse(button.dataset.also || "{}"))) {
    put(form, other, value);
    chosenIn(form).add(other);
  }
  const control = put(form, name, button.dataset.value);
  chosenIn(form).add(name);
  button.closest("[data-slot]").replaceChildren();
  announce(button.innerText);
  control?.focus();
  control?.dispatchEvent(new Event("change", { bubbles: true }));
}

function takeCustomer(button) {
  const form = document.getElementById("offers")?.closest("form");
  if (!form) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.takeCustomer))) {
    put(form, name, value);
    chosenIn(form).add(name);
  }
  const field = form.elements.namedItem("name");
  field.focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function onPerson(event) {
  const { form, name } = event.target;
  if (!event.isTrusted || !form?.querySelector("#offers") || !name) return;
  if (name === "phone" && event.type === "input") {
    // Another number is another customer, and what was offered for none must not be taken over it.
    form.elements.namedItem("customer").value = "";
    form.querySelector('[data-slot="phone"]')?.replaceChildren();
  }
  if (event.target.matches("textarea[data-underlined]")) {
    underline(form, wordsOf(document.getElementById("offers")));
    return;
  }
  // A number or a name is typed sign by sign: what fits it may come while it is.
  if (name === "phone" || name === "name") return;
  if (holds(form, name) === "") chosenIn(form).delete(name);
  else chosenIn(form).add(name);
  form.querySelector(`[data-slot="${CSS.escape(name)}"]`)?.replaceChildren();
}

export function startSuggesting() {
  distribute();
  document.addEventListener("htmx:afterSettle", distribute);
  document.addEventListener("input", onPerson);
  document.addEventListener("change", onPerson);
  document.addEventListener(
    "scroll",
    (event) => {
      if (!event.target.matches?.("textarea[data-underlined]")) return;
      event.target.parentElement.querySelector(".underlined").scrollTop = event.target.scrollTop;
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const offered = event.target.closest("[data-slot] [data-take-offer]");
    if (offered) take(offered);
    const customer = event.target.closest("[data-take-customer]");
    if (customer) takeCustomer(customer);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || event.isComposing) return;
    const offered = event.target.closest?.(".field")?.querySelector("[data-slot] [data-take-offer]");
    if (!offered || event.target.matches("[data-take-offer]")) return;
    event.preventDefault();
    take(offered);
  });
}
