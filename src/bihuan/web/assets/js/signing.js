// A signature drawn with finger, pen or mouse. The typed name stands for it where nothing is drawn.
const PEN = 3;

class Pad {
  constructor(pad) {
    this.canvas = pad.querySelector("canvas");
    this.field = pad.querySelector("input[type=hidden]");
    this.context = this.canvas.getContext("2d");
    this.strokes = [];
    this.before = null; // what was drawn when the form came back
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end());
    pad.querySelector("[data-sign-undo]").addEventListener("click", () => this.undo());
    pad.querySelector("[data-sign-clear]").addEventListener("click", () => this.clear());
    pad.hidden = false;
    this.bringBack();
    this.draw();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * this.canvas.width) / box.width,
      ((event.clientY - box.top) * this.canvas.height) / box.height,
    ];
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.at(event)];
    this.strokes.push(this.stroke);
    this.draw();
  }

  go(event) {
    if (!this.stroke) return;
    for (const part of event.getCoalescedEvents?.() || []) this.stroke.push(this.at(part));
    this.stroke.push(this.at(event));
    this.draw();
  }

  end() {
    if (!this.stroke) return;
    this.stroke = null;
    this.keep();
  }

  undo() {
    if (this.strokes.length) this.strokes.pop();
    else this.before = null;
    this.draw();
    this.keep();
  }

  clear() {
    this.strokes = [];
    this.before = null;
    this.draw();
    this.keep();
  }

  draw() {
    const { context, canvas } = this;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (this.before) context.drawImage(this.before, 0, 0);
    context.strokeStyle = "#111";
    context.lineWidth = PEN;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(...point);
      context.stroke();
    }
  }

  keep() {
    const empty = !this.before && !this.strokes.length;
    this.field.value = empty ? "" : this.canvas.toDataURL("image/png");
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  bringBack() {
    if (!this.field.value) return;
    const picture = new Image();
    picture.addEventListener("load", () => {
      this.before = picture;
      this.draw();
    });
    picture.src = this.field.value;
  }
}

function start(root) {
  for (const pad of root.querySelectorAll("[data-sign-pad][hidden]")) new Pad(pad);
}

export function startSigning() {
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
}
