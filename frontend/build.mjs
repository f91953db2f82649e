// What browsers load: static/ (ours) and npm packages → build/static/. Fonts for PDF and watermarks → build/fonts/.
// CRISPY_TEMPLATES names the directory of crispy's own templates, for PurgeCSS.
import { gzipSync } from "node:zlib";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const here = import.meta.dirname;
const root = resolve(here, "..");
const npm = join(here, "node_modules");
const source = (...parts) => join(root, "static", ...parts);

const JS = ["office", "field", "public", "charts", "map", "scan", "theme"].map((name) => source("js", `${name}.js`));
const CSS = ["office", "field", "public", "map"].map((name) => source("css", `${name}.css`));
const PURGED = { "field.css": /(^|[/_])(field|mobile)/, "public.css": /(^|[/_])public/ }; // and whose templates they are for
// Gzipped kB of what a page loads first (docs/architecture.md); a heavier build fails.
const BUDGETS = {
  "office.js": 130, "field.js": 45, "public.js": 20, "map.js": 75, "charts.js": 470, "field.css": 15, "public.css": 15,
};

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

const read = (path) => readFileSync(path, "utf8");
const filesUnder = (folder, ending) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name))
    : [];

const folder = join(root, "templates");
const templates = Object.fromEntries(filesUnder(folder, ".html").map((path) => [relative(folder, path), read(path)]));

async function bundles() {
  const { outputFiles } = await build({
    entryPoints: [...JS, ...CSS],
    entryNames: "[name]",
    outdir: join(root, "build", "static"),
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome100", "firefox100", "safari16"],
    nodePaths: [npm],
    loader: { ".png": "dataurl", ".svg": "dataurl", ".gif": "dataurl" },
    define: { global: "window" },
    legalComments: "external",
    logLevel: "warning",
  });
  // plotly brings the styles of a map it does not draw here
  return outputFiles.map(({ path, text }) => [basename(path), text]).filter(([name]) => !name.startsWith("charts.css"));
}

// Libraries carry addresses of their makers' servers; none may ever be asked.
const withoutForeignHosts = (text) => text.replace(/https?:\/\/(?!www\.w3\.org\b)(?=[\w-]+\.\w)/g, "about:invalid#");

// The templates of one kind of page: named so, or extending one named so, and all that these include.
function templatesOf(kind) {
  const parent = (name) => templates[name]?.match(/{% extends "([^"]+)"/)?.[1];
  const isOfKind = (name) => name !== undefined && (kind.test(name) || isOfKind(parent(name)));
  const found = new Set(Object.keys(templates).filter((name) => isOfKind(name) || /^\w+\.html$/.test(name)));
  for (const name of found) {
    for (const [, other] of (templates[name] ?? "").matchAll(/{% (?:extends|include) "([^"]+)"/g)) found.add(other);
  }
  return [...found].map((name) => templates[name] ?? "");
}

// Field and public pages use a small part of Tabler.
async function purged(css, kind) {
  const crispy = filesUnder(process.env.CRISPY_TEMPLATES ?? fail("CRISPY_TEMPLATES is not set."), ".html")
    .filter((path) => !/accordion|alert|carousel|formset|modal|pagination|tab/.test(basename(path))) // not used there
    .map(read);
  const forms = readdirSync(root).map((app) => join(root, app, "forms.py")).filter(existsSync).map(read);
  const scripts = filesUnder(source("js"), ".js").map(read);
  const [{ css: kept }] = await new PurgeCSS().purge({
    css: [{ raw: css }],
    content: [...templatesOf(kind), ...crispy, ...forms, ...scripts].map((raw) => ({ raw, extension: "html" })),
    defaultExtractor: (content) => content.match(/[\w-]+/g) ?? [],
    safelist: {
      standard: ["show", "active", "disabled", "is-invalid", "is-valid", "invalid-feedback", "was-validated"],
      greedy: [/^htmx-/, /^(bg|text)-\w+-lt$/, /^alert-(success|info|warning|danger)$/],
    },
    dynamicAttributes: ["data-bs-theme"],
    variables: true,
    keyframes: true,
  });
  return kept;
}

// frontend/icons.txt lists what Python names; what a template names is found there.
function sprite() {
  const named = Object.values(templates).flatMap((text) => [...text.matchAll(/{%-? icon "([\w-]+)"/g)].map((match) => match[1]));
  const listed = read(join(here, "icons.txt")).split(/\s+/).filter(Boolean);
  const symbols = [...new Set([...listed, ...named])].sort().map((name) => {
    const style = name.endsWith("-filled") ? "filled" : "outline";
    const path = join(npm, "@tabler/icons/icons", style, `${name.replace(/-filled$/, "")}.svg`);
    if (!existsSync(path)) fail(`There is no Tabler icon "${name}". Look for the right name on the Tabler icons page.`);
    const inside = read(path).match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").trim();
    const paint = style === "filled" ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="2"';
    return `<symbol id="tabler-${name}" viewBox="0 0 24 24" ${paint} stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

const files = new Map([["icons.svg", sprite()]]);
for (const [name, text] of await bundles()) {
  if (name.endsWith(".LEGAL.txt")) files.set(name, text);
  else files.set(name, withoutForeignHosts(name in PURGED ? await purged(text, PURGED[name]) : text));
}

const target = join(root, "build", "static");
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, text] of files) writeFileSync(join(target, name), text);
cpSync(join(npm, "zxing-wasm/dist/reader/zxing_reader.wasm"), join(target, "zxing_reader.wasm"));

const fonts = join(root, "build", "fonts");
mkdirSync(fonts, { recursive: true });
for (const weight of ["400Regular", "700Bold"]) {
  const name = `NotoSansSC_${weight}.ttf`;
  cpSync(join(npm, "@expo-google-fonts/noto-sans-sc", weight, name), join(fonts, name));
}

const heavy = [];
for (const [name, text] of files) {
  const kilobytes = gzipSync(text, { level: 9 }).length / 1000;
  if (!name.endsWith(".LEGAL.txt")) console.log(`${kilobytes.toFixed(1).padStart(7)} kB  ${name}`);
  if (kilobytes > BUDGETS[name]) heavy.push(`${name} is ${kilobytes.toFixed(1)} kB gzipped; it may be ${BUDGETS[name]}.`);
}
if (heavy.length) fail(heavy.join("\n"));
