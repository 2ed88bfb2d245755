// A small proof of work instead of a captcha: a number is sought whose hash begins with zeros. It runs in
// slices while the last screen is filled in; a browser's own hash is absent without https, so it stands here.
import { announce } from "./saying.js";
import { say } from "./words.js";

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (number) => ((number - Math.floor(number)) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));
const turn = (word, by) => (word >>> by) | (word << (32 - by));
const w = new Int32Array(64);

// The first word of SHA-256 of an ASCII text.
export function firstWord(text) {
  const length = text.length;
  const blocks = ((length + 8) >> 6) + 1;
  const words = new Int32Array(blocks * 16);
  for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  words[blocks * 16 - 1] = length * 8;
  let hash = START;
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = words[block + i];
      else {
        const x = w[i - 15];
        const y = w[i - 2];
        w[i] =
          w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    hash = [a, b, c, d, e, f, g, h].map((word, i) => (word + hash[i]) | 0);
  }
  return hash[0] >>> 0;
}

export function startProof() {
  const asked = document.querySelector("input[data-hard]");
  if (!asked) return;
  const found = asked.form.elements.namedItem("proof");
  const below = 2 ** (32 - Number(asked.dataset.hard));
  let pressed = null;
  let number = 0;
  function slice() {
    const until = performance.now() + 12;
    do {
      if (firstWord(`${asked.value}:${number}`) < below) {
        found.value = String(number);
        if (pressed) asked.form.requestSubmit(pressed);
        return;
      }
      number++;
    } while (performance.now() < until);
    setTimeout(slice);
  }
  // Sent before it is found, it waits for it; going back needs no proof.
  window.addEventListener(
    "submit",
    (event) => {
      if (event.target !== asked.form || found.value || event.submitter?.name === "back") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed = event.submitter;
      announce(say("proving"));
    },
    true,
  );
  slice();
}
