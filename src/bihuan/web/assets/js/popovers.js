// A clause's sentence opens on hover and focus too; a press opens it without any script.
const WAIT = 250;
let timer = 0;
let hovered = null;

const popoverOf = (button) => document.getElementById(button.getAttribute("popovertarget"));

function place(button, pop) {
  if (CSS.supports("position-area", "bottom")) return;
  const at = button.getBoundingClientRect();
  pop.style.margin = "0";
  const { offsetWidth: width, offsetHeight: height } = pop;
  pop.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  pop.style.top = `${at.bottom + height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}

export function open(button) {
  const pop = popoverOf(button);
  if (!pop?.showPopover || pop.matches(":popover-open")) return;
  pop.showPopover({ source: button });
  place(button, pop);
}

const within = (event) => event.target.closest?.(".opens");

export function startPopovers() {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const holder = within(event);
    if (holder === hovered) return;
    clearTimeout(timer);
    const left = hovered;
    hovered = holder;
    timer = setTimeout(() => {
      if (left && left.dataset.hovered) left.querySelector("[popover]")?.hidePopover();
      if (left) delete left.dataset.hovered;
      const button = holder?.querySelector(":scope > .clause[popovertarget]");
      if (button && !popoverOf(button)?.matches(":popover-open")) {
        open(button);
        holder.dataset.hovered = "yes";
      }
    }, WAIT);
  });
  document.addEventListener("toggle", (event) => {
    const pop = event.target;
    if (event.newState !== "open" || !pop.id) return;
    const button = document.querySelector(`[popovertarget="${CSS.escape(pop.id)}"]`);
    if (button && pop.matches(".pop:not(.keys)")) place(button, pop);
  }, true);
}
