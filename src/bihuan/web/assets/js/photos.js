// Photos are made smaller before they are sent: quicker on a slow line, and without the place they were taken at.
import { announce } from "./saying.js";
import { say } from "./words.js";

const LONGEST = 1800; // pixels
const SMALL = 300_000; // bytes that are sent as they are

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp|heic)$/.test(file.type) || file.size < SMALL) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!made || made.size >= file.size) return file;
    return new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // What the browser cannot draw goes as it is.
  }
}

export function startPhotos() {
  let working = 0;
  let pressed = null;
  document.addEventListener("change", async (event) => {
    const field = event.target;
    if (field.type !== "file" || !("shrink" in field.dataset) || !field.files.length) return;
    working++;
    announce(say("shrinking"));
    const chosen = new DataTransfer();
    for (const file of [...field.files]) chosen.items.add(await smaller(file));
    field.files = chosen.files;
    working--;
    if (pressed && !working) field.form.requestSubmit(pressed);
  });
  window.addEventListener(
    "submit",
    (event) => {
      if (!working) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed = event.submitter;
    },
    true,
  );
}
