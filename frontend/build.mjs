// Bundles src/bihuan/web/assets into src/bihuan/web/static/dist: early.js, app.js, portal.js, app.css and icons.svg;
// and puts the faces that printed forms are set in into src/bihuan/fonts.
// Names stay plain here; their hashes are given when static files are collected.

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "../src/bihuan/web/assets");
const out = join(here, "../src/bihuan/web/static/dist");
const outline = join(here, "node_modules/@tabler/icons/icons/outline");

const fonts = join(here, "../src/bihuan/fonts");
// The sans face with the rare characters of names comes with its Python package.
const faces = [
  "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
  "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
  "noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
];

async function iconNames() {
  const lines = (await readFile(join(assets, "icons.txt"), "utf8")).split("\n");
  return [...new Set(lines.map((line) => line.replace(/#.*/, "").trim()).filter(Boolean))].sort();
}

// <symbol id="phone"> for every name, so that a page says <use href="…/icons.svg#phone">.
async function sprite(names) {
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(outline, `${name}.svg`), "utf8").catch(() => {
        throw new Error(`icons.txt names "${name}", which is no Tabler outline icon`);
      });
      const paths = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return (
        `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
        `stroke-width="2" stroke-linecap="round" stroke-linejoin="round">` +
        `${paths.replace(/\s*\n\s*/g, "")}</symbol>`
      );
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

const icons = await sprite(await iconNames());
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeFile(join(out, "icons.svg"), icons);
await build({
  entryPoints: ["early.js", "app.js", "portal.js", "app.css"].map((name) => join(assets, name)),
  outdir: out,
  nodePaths: [join(here, "node_modules")],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari15"],
  charset: "utf8",
  legalComments: "eof",
  loader: { ".svg": "dataurl" },
  logLevel: "warning",
});
await rm(fonts, { recursive: true, force: true });
await mkdir(fonts, { recursive: true });
await Promise.all(
  faces.map((face) =>
    copyFile(join(here, "node_modules/@expo-google-fonts", face), join(fonts, basename(face))),
  ),
);
