// What a form still lacks is said beside its button; pressed all the same, it leads there.
import { announce } from "./saying.js";

const wanted = (form) =>
  [...form.querySelectorAll(".field")].filter(
    (field) => !field.hidden && field.querySelector("input[required], textarea[required], select[required]"),
  );

function isFilled(field) {
  const radios = [...field.querySelectorAll("input[type=radio]")];
  if (radios.length) return radios.some((radio) => radio.checked);
  return [...field.querySelectorAll("[required]")].every((control) => control.value.trim() !== "");
}

const nameOf = (field) => field.querySelector(".field-head > span")?.textContent.trim() || "";

function show(form) {
  const line = form.querySelector("[data-missing]");
  if (!line) return;
  const fields = wanted(form);
  const missing = fields.filter((field) => !isFilled(field));
  for (const field of fields) {
    const mark = field.querySelector(".field-head .end");
    if (!mark) continue;
    mark.dataset.words ??= mark.textContent;
    const filled = !missing.includes(field);
    mark.classList.toggle("filled", filled);
    mark.textContent = filled ? "✓" : mark.dataset.words;
  }
  line.hidden = missing.length === 0;
  line.textContent = line.dataset.missing
    .replace("{n}", String(missing.length))
    .replace("{t}", missing.slice(0, 4).map(nameOf).join(line.dataset.between));
  form.querySelector(".act-buttons .is-wide")?.classList.toggle("is-missing", missing.length > 0);
}

// Before the other listeners of a submit: nothing leaves that would come back.
function lead(event) {
  const form = event.target;
  const line = form.querySelector("[data-missing]");
  const field = line && !event.submitter?.name && wanted(form).find((one) => !isFilled(one));
  if (!field) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  field.querySelector("[required]").focus();
  announce(line.textContent);
}

export function startMissing() {
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (event.target.form) show(event.target.form);
    });
  }
  document.addEventListener("htmx:load", (event) => {
    for (const line of event.detail.elt.querySelectorAll("[data-missing]")) show(line.closest("form"));
  });
  document.addEventListener("submit", lead, true);
}
