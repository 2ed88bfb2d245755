// Rows of a list are chosen by their ticks; the bar at the foot says how many, and what may be done.
import { say } from "./words.js";

const bar = () => document.querySelector("[data-choose-bar]");
const ticks = () => [...document.querySelectorAll("[data-list] [data-choose]")];
const all = () => document.querySelector("[data-list] [data-choose-all]");

export const chosenRows = () => ticks().filter((tick) => tick.checked).map((tick) => tick.value);

export function tellChosen() {
  const form = bar();
  if (!form) return;
  const [count, rows] = [chosenRows().length, ticks()];
  form.hidden = count === 0;
  form.querySelector("[data-chosen-count]").textContent = say("chosen", String(count));
  form.querySelector("[data-choose-none]").hidden = false;
  const whole = all();
  if (!whole) return;
  whole.hidden = false;
  whole.checked = count > 0 && count === rows.length;
  whole.indeterminate = count > 0 && count < rows.length;
}

function chooseAll(checked) {
  for (const tick of ticks()) tick.checked = checked;
  tellChosen();
}

// After the list was read anew, what was chosen stays chosen.
export function chooseAgain(numbers) {
  const chosen = new Set(numbers);
  for (const tick of ticks()) tick.checked = chosen.has(tick.value);
  tellChosen();
}

export function chooseRow(row) {
  const tick = row?.querySelector("[data-choose]");
  if (!tick) return false;
  tick.checked = !tick.checked;
  tellChosen();
  return true;
}

export function startChoosing() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) chooseAll(event.target.checked);
    else if (event.target.matches("[data-choose]")) tellChosen();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-choose-none]")) chooseAll(false);
  });
  document.addEventListener("htmx:afterSettle", tellChosen);
  window.addEventListener("pageshow", tellChosen);
  tellChosen();
}
