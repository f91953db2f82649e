// Everything a browser loads: static/ (ours) and node_modules → build/static/, fonts for PDF and pictures → build/fonts/.
// CRISPY_TEMPLATES names crispy's own templates, so that PurgeCSS sees the classes they use.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const root = resolve(import.meta.dirname, "..");
const modules = join(import.meta.dirname, "node_modules");
const out = join(root, "build", "static");
const read = (path) => readFileSync(path, "utf8");

// Size promises in kB gzipped, what a page loads first.
const BUDGETS = {
  "office.js": 130, "field.js": 45, "public.js": 20, "map.js": 75, "charts.js": 470,
  "field.css": 15, "public.css": 15,
};
