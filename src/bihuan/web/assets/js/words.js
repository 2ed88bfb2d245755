// The few words the script says itself come with the page, in the reader's language.
const words = JSON.parse(document.querySelector('meta[name="words"]')?.content || "{}");

export function say(key, text = "") {
  return (words[key] || "").replace("{t}", text).replace("{n}", text);
}
