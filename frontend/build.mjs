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

const JS = ["office", "field", "public", "charts", "map", "scan", "theme", "worker", "board", "review"].map((name) => source("js", `${name}.js`));
const CSS = ["office", "field", "public", "map", "board"].map((name) => source("css", `${name}.css`));
const PURGED = { field: /(^|\/)(field|mobile)/, public: /(^|\/)(public|accounts)/ }; // pages with little css, and their templates
const KEPT = { field: ["alert", "alert-danger"], public: [/^alert-/, /^(bg|text)-\w+-lt$/] }; // classes of theirs that no template names
const MENU = ["bell", "calendar", "file-text", "plus", "scan", "user"]; // icons of config/navigation.py on phones
const WORDS = ["placeholder", "status", "steps"]; // in our programs no classes of Tabler's

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

const words = (texts) => texts.flatMap((text) => text.match(/[\w-]+/g) ?? []);

// What a style sheet can mean. Classes stand in class="" and in strings given to template tags: <legend> does not keep what is for
// .legend. Programs make elements, too: any word in one of their strings may be anything.
function meant(pages, programs) {
  const said = pages.map((text) => text.replace(/{#.*?#}|{% (trans|translate) .*?%}/gs, "")).join("\n");
  const all = (pattern) => words(said.match(pattern) ?? []);
  const classes = all(/(?<=\bclass=")(?:{%.*?%}|{{.*?}}|[^"])*|(?<={%[^%]*)(?:"[^"]*"|'[^']*')/gs);
  const others = [...classes, ...all(/<[a-z][\w-]*|\s[a-z-]+=|(?<=\b(type|role)=")[^"]*/g)];
  const strings = programs.flatMap((text) => text.replace(/_\("[^"]*"/g, "").match(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g) ?? []);
  return { classes, ids: [], tags: others, attributes: { names: others, values: others }, undetermined: words(strings) };
}

// Field and public pages use a small part of Tabler.
async function purged(css, kind, classes, script) {
  const pages = templatesOf(kind);
  if (pages.some((text) => text.includes("crispy"))) {
    const crispy = filesUnder(process.env.CRISPY_TEMPLATES ?? fail("CRISPY_TEMPLATES is not set."), ".html");
    pages.push(...crispy.filter((path) => !/accordion|alert|formset|modal|tab/.test(basename(path))).map(read)); // not used there
  }
  const forms = readdirSync(root).map((app) => join(root, app, "forms.py")).filter(existsSync).map(read);
  const found = meant(pages, [...forms, script]);
  const [{ css: kept }] = await new PurgeCSS().purge({
    css: [{ raw: css }],
    content: [{ raw: "", extension: "html" }],
    defaultExtractor: () => found,
    safelist: ["active", "badge", "checked", "disabled", "hidden", "icon", "is-invalid", "multiple", "readonly", "show", /^htmx-/, ...classes],
    blocklist: WORDS,
    dynamicAttributes: ["data-bs-theme"],
    variables: true,
    keyframes: true,
  });
  return lean(kept);
}

// Rules about parts of every element make a browser work out the style of each of them: scroll bars and chosen text look as the
// phone's own do, and only what is drawn before and after an element has a size.
function lean(css) {
  const drawn = [...css.matchAll(/([^{}]*:(?:before|after)[^{}]*){[^}]*content:/g)].map(([, selectors]) => selectors);
  return css
    .replace(/[^{}]*::(?:-webkit-scrollbar|selection)[^{}]*{[^}]*}/g, "")
    .replace("*,*:before,*:after{box-sizing:border-box}", `${["*", ...drawn].join()}{box-sizing:border-box}`);
}

// frontend/icons.txt lists what Python names; what a template names is found there.
function sprite(pages, listed) {
  const named = pages.flatMap((text) => [...text.matchAll(/{%-? icon "([\w-]+)"/g)].map((match) => match[1]));
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

const files = new Map([
  ...(await bundles()),
  ["icons.svg", sprite(Object.values(templates), read(join(here, "icons.txt")).split(/\s+/).filter(Boolean))],
  ["field.svg", sprite(templatesOf(PURGED.field), MENU)],
]);
for (const [page, kind] of Object.entries(PURGED)) {
  files.set(`${page}.css`, await purged(files.get(`${page}.css`), kind, KEPT[page], files.get(`${page}.js`)));
}
for (const [name, text] of files) if (!name.endsWith(".LEGAL.txt")) files.set(name, withoutForeignHosts(text));

const target = join(root, "build", "static");
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, text] of files) writeFileSync(join(target, name), text);
cpSync(join(npm, "zxing-wasm/dist/reader/zxing_reader.wasm"), join(target, "zxing_reader.wasm"));
cpSync(source("favicon.svg"), join(target, "favicon.svg"));

const fonts = join(root, "build", "fonts");
mkdirSync(fonts, { recursive: true });
for (const weight of ["400Regular", "700Bold"]) {
  const name = `NotoSansSC_${weight}.ttf`;
  cpSync(join(npm, "@expo-google-fonts/noto-sans-sc", weight, name), join(fonts, name));
}

for (const [name, text] of files) {
  if (!name.endsWith(".LEGAL.txt")) console.log(`${(gzipSync(text).length / 1000).toFixed(1).padStart(6)} kB  ${name}`);
}
