// [data-live-map="address of the features"] draws who is where and which orders are open, and asks again every few seconds
// as long as somebody looks. data-start names the JSON with the corners to begin with and the names of the regions. Beside
// it on the page: form[data-map-filter], [data-map-list] (the same as text), [data-map-card], [data-map-fresh] (a time).
import L from "leaflet";
import { fieldloopMap } from "./map_base.js";
import { box as crate, diamond, disc, glow, mark, palette, plain, ring } from "./map_marks.js";
import { showNames } from "./map_names.js";
import { jsonOf, onPage } from "./on_page.js";

const EVERY_MS = 10_000;
const TYPING_MS = 300;
const CLOSE_ENOUGH = 16; // the zoom from which on a few are named instead of zoomed in on
const COLOURS = {
  free: "green", en_route: "azure", on_site: "purple", paused: "yellow",
  late: "red", soon: "orange", urgent: "pink", open: "blue",
  fill: "bg-surface", ink: "body-color", rim: "border-color-active", heat: "red",
}; // prettier-ignore

const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);
const size = (count) => Math.min(30, 15 + 2.2 * Math.log2(count));

onPage("[data-live-map]", (element) => {
  const base = fieldloopMap(element);
  const { map, project } = base;
  const { corners, names } = jsonOf(element.dataset.start);
  const [form, list, card, fresh] = ["filter", "list", "card", "fresh"].map((name) => document.querySelector(`[data-map-${name}]`));
  map.createPane("heat", map.getPane("tilePane"));
  const heatCanvas = L.canvas({ pane: "heat" });
  const layers = ["heat", "orders", "people"].map((name) => [name, L.featureGroup().addTo(map)]);
  let known = { url: "", etag: "", features: { people: [], orders: [], heat: [] } };
  let asking;

  // -- drawing

  function draw() {
    const paints = palette(COLOURS);
    const { heat, orders, people } = known.features;
    const most = Math.max(...heat.map(([, , count]) => count));
    const marks = { people: people.map((feature) => personMark(feature, paints)), heat: heat.map((cell) => heatMark(cell, paints, most)) };
    const taken = marks.people.map((each) => [map.latLngToLayerPoint(each.getLatLng()), each.getRadius()]);
    marks.orders = orders.map((feature) => orderMark(feature, paints, taken));
    for (const [name, group] of layers) {
      group.clearLayers();
      for (const each of marks[name]) group.addLayer(each);
    }
  }

  const heatMark = ([lat, lon, count], paints, most) =>
    mark(project(lat, lon), 70, glow(paints.heat, 0.12 + 0.5 * Math.sqrt(count / most)), { interactive: false, renderer: heatCanvas });

  function personMark(feature, paints) {
    const [kinds, count] = [Object.keys(feature.counts), sum(feature.counts)];
    const shares = kinds.map((kind) => [feature.counts[kind], paints[kind]]);
    if (count > 1) return mark(project(...feature.at), size(count), ring(shares, count, paints), { feature });
    const own = paints[kinds[0]];
    return mark(project(...feature.at), 10, feature.who[0]?.is_stale ? disc(paints.fill, own) : disc(own, paints.fill), { feature });
  }

  function orderMark(feature, paints, taken) {
    const [kinds, count] = [Object.keys(feature.counts), sum(feature.counts)];
    const shares = kinds.map((kind) => [feature.counts[kind], paints[kind]]);
    const radius = count > 1 ? size(count) : 10;
    const place = beside(taken, project(...feature.at), radius);
    return mark(place, radius, count > 1 ? crate(shares, count, paints) : diamond(paints[kinds[0]], paints.fill), { feature });
  }

  // Whoever works at an order would hide it: it stands to their right.
  function beside(taken, place, radius) {
    const point = map.latLngToLayerPoint(place);
    let isMoved = false;
    for (let step = 0; step < 3; step++) {
      const [other, room] = taken.find(([at, size]) => point.distanceTo(at) < size + radius - 4) ?? [];
      if (!other) break;
      [point.x, isMoved] = [other.x + room + radius, true];
    }
    return isMoved ? map.layerPointToLatLng(point) : place;
  }

  // -- asking

  function query() {
    const values = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const middle = base.unproject(map.getCenter()).map((each) => each.toFixed(5));
    const search = String(values) && `?${values}`;
    history.replaceState(history.state, "", `${location.pathname}${search}#${map.getZoom()}/${middle.join("/")}`);
    values.set("bbox", base.box().map((each) => each.toFixed(5)));
    values.set("zoom", map.getZoom());
    return `${element.dataset.liveMap}?${values}`;
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const url = query();
    const headers = url === known.url && known.etag ? { "If-None-Match": known.etag } : {};
    try {
      const answer = await fetch(url, { headers, cache: "no-store", signal: asking.signal });
      if (answer.redirected) return location.reload(); // logged out meanwhile
      if (answer.ok) {
        known = { url, etag: answer.headers.get("ETag"), features: await answer.json() };
        draw();
        showList(known.features.list);
      } else if (answer.status !== 304) {
        throw new Error(answer.status);
      }
      say(fresh.dataset.mapFresh.replace("{time}", new Date().toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" })), false);
    } catch (error) {
      if (error.name !== "AbortError") say(fresh.dataset.failed, true);
    }
  }

  function say(sentence, isWrong) {
    fresh.textContent = sentence;
    fresh.classList.toggle("text-danger", isWrong);
  }

  function showList(html) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.card : null;
    const opened = [...list.querySelectorAll("details[open]")].map((each) => each.dataset.kept);
    list.innerHTML = html;
    for (const key of opened) list.querySelector(`[data-kept="${key}"]`)?.setAttribute("open", "");
    if (focused) list.querySelector(`[data-card="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  // -- cards

  async function openCard(address, opener) {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected) return location.reload();
    if (!answer.ok) return ask(); // gone meanwhile: the map says what there is now
    card.innerHTML = await answer.text();
    card.hidden = false;
    card.querySelector("[data-map-close]").addEventListener("click", () => {
      card.hidden = true;
      opener?.isConnected ? opener.focus() : element.focus();
    });
    card.querySelector("h2").focus();
    card.scrollIntoView({ block: "nearest" });
  }

  function named(who) {
    const items = document.createElement("div");
    for (const { label, card: address } of who) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-sm btn-ghost-primary d-block w-100 text-start", textContent: label });
      button.addEventListener("click", () => openCard(address));
      items.append(button);
    }
    return items;
  }

  function open({ at, box, counts, who }) {
    if (sum(counts) === 1) return who.length ? openCard(who[0].card) : ask();
    if (who.length && map.getZoom() >= CLOSE_ENOUGH) return L.popup().setLatLng(project(...at)).setContent(named(who)).openOn(map);
    map.fitBounds(box.map((corner) => project(...corner)), { padding: [40, 40] });
  }

  for (const [, group] of layers) {
    group.bindTooltip(({ options: { feature } }) => plain(feature.who.length ? feature.who.map(({ label }) => label).join(", ") : sum(feature.counts)));
    group.on("click", ({ propagatedFrom }) => open(propagatedFrom.options.feature));
  }
  list.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-card]");
    if (!row) return;
    if (row.dataset.lat) map.setView(project(Number(row.dataset.lat), Number(row.dataset.lon)), Math.max(map.getZoom(), 14));
    openCard(row.dataset.card, row);
  });

  // -- when

  const [zoom, ...middle] = location.hash.slice(1).split("/").map(Number);
  if (middle.length === 2 && [zoom, ...middle].every(Number.isFinite)) map.setView(project(...middle), zoom);
  else if (corners.length) map.fitBounds(corners.map((corner) => project(...corner)), { padding: [24, 24], maxZoom: 14 });
  showNames(base, names);
  base.onTheme(draw);
  map.on("moveend", ask);
  let typing;
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(ask, TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("[data-card]")?.click(); // the first found
  });
  setInterval(() => document.visibilityState === "visible" && ask(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
  ask();
});
