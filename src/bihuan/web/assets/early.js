// Runs before anything of a page of the desk is seen: keys pressed while it still loads are kept for keys.js.
const early = [];
const keep = (event) => early.push(event);
document.addEventListener("keydown", keep);

window.takeEarlyKeys = () => {
  document.removeEventListener("keydown", keep);
  return early;
};
