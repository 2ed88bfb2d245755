// Files of a form: chosen, dragged, pasted or taken with the camera. They are listed in their order, each can
// be taken out again before it is sent, and they stay while the form comes back to be put right.
import { clockText } from "./clock.js";
import { announce } from "./saying.js";
import { say } from "./words.js";

const kept = new Map(); // by form and field
const boxOf = (form) => form?.querySelector("[data-files]");
const fieldOf = (box) => box.querySelector("input[type=file]:not([data-camera])");
const keyOf = (box) => `${box.closest("form").dataset.draft || box.closest("form").action}/${fieldOf(box).name}`;

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function line(box, file, index) {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = file.name;
  const much = document.createElement("span");
  much.className = "note";
  much.textContent = size(file.size);
  const out = document.createElement("button");
  out.type = "button";
  out.className = "plain";
  out.textContent = say("remove");
  out.setAttribute("aria-label", `${say("remove")} ${file.name}`);
  out.addEventListener("click", () => {
    const files = [...kept.get(keyOf(box))];
    files.splice(index, 1);
    show(box, files);
    fieldOf(box).focus();
  });
  item.append(name, " ", much, " ", out);
  return item;
}

function refused(file, why) {
  const item = document.createElement("li");
  item.className = "is-refused";
  item.textContent = say(why, file.name.length > 60 ? `${file.name.slice(0, 60)}…` : file.name);
  return item;
}

function show(box, files, wrong = []) {
  kept.set(keyOf(box), files);
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  fieldOf(box).files = chosen.files;
  const list = box.querySelector("[data-chosen]");
  list.replaceChildren(...files.map((file, index) => line(box, file, index)), ...wrong);
}

function add(box, added) {
  const files = fieldOf(box).multiple ? [...(kept.get(keyOf(box)) || [])] : [];
  const wrong = [];
  for (const file of added) {
    const same = files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
    if (file.size === 0) wrong.push(refused(file, "empty"));
    else if (file.size > Number(box.dataset.most)) wrong.push(refused(file, "large"));
    else if (!same) files.push(file);
  }
  show(box, files, wrong);
  announce([...files.map((file) => file.name), ...wrong.map((item) => item.textContent)].join(" "));
}

function bringBack(root) {
  for (const box of root.querySelectorAll?.("[data-files]") || []) {
    box.querySelector(".camera").hidden = !matchMedia("(pointer: coarse)").matches;
    if (kept.get(keyOf(box))?.length) show(box, kept.get(keyOf(box)));
  }
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const formAt = (target) => target.closest?.("form") || document.querySelector(".content form:has([data-files])");

function onPaste(event) {
  const files = [...(event.clipboardData?.files || [])];
  // A text pasted from an office program brings a picture of itself: the text is meant.
  if (!files.length || event.clipboardData.types.includes("text/plain")) return;
  const box = boxOf(formAt(event.target));
  if (!box) return;
  event.preventDefault();
  const named = files.map((file) => {
    if (!/^image\.\w+$/.test(file.name)) return file;
    const ending = file.name.split(".").pop();
    return new File([file], `${say("pasted", clockText().replace(":", "."))}.${ending}`, { type: file.type });
  });
  add(box, named);
}

export function startAttaching() {
  bringBack(document);
  document.addEventListener("htmx:load", (event) => bringBack(event.detail.elt));
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-files]");
    if (!box || event.target.type !== "file") return;
    const files = [...event.target.files];
    if (event.target.matches("[data-camera]")) event.target.value = "";
    add(box, files);
  });
  document.addEventListener("paste", onPaste);
  document.addEventListener("dragover", (event) => {
    const box = carriesFiles(event) && boxOf(formAt(event.target));
    if (!box) return;
    event.preventDefault();
    box.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelectorAll(".is-over").forEach((box) => box.classList.remove("is-over"));
  });
  document.addEventListener("drop", (event) => {
    document.querySelectorAll(".is-over").forEach((box) => box.classList.remove("is-over"));
    const box = carriesFiles(event) && boxOf(formAt(event.target));
    if (!box) return;
    event.preventDefault();
    add(box, [...event.dataTransfer.files]);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = boxOf(event.detail.elt || event.target)?.querySelector("progress");
    if (!bar || !event.detail.lengthComputable || !fieldOf(bar.closest("[data-files]")).files.length) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig?.elt || event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    for (const box of form.querySelectorAll("[data-files]")) {
      box.querySelector("progress").hidden = true;
      if (event.detail.xhr?.status < 300) kept.delete(keyOf(box));
    }
  });
}
