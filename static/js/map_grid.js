// [data-grid="address of the features"] draws the cells of the territory grid by what is chosen to colour them by, and the
// leads around. data-start names the JSON with the corners to begin with. Beside it on the page: form[data-map-filter],
// [data-map-list] (the same as text), [data-map-legend], [data-map-card], [data-map-wrong], form[data-grid-chosen].
import L from "leaflet";
import { fieldloopMap } from "./map_base.js";
import { box as crate, disc, label, mark, palette, plain, ring, write } from "./map_marks.js";
import { jsonOf, onPage } from "./on_page.js";

const COLOURS = Object.fromEntries(
  ["green", "lime", "yellow", "red", "purple", "indigo", "azure", "cyan", "blue", "orange", "teal", "pink", "secondary", "primary"].map((name) => [name, name]),
);
const REST = { fill: "bg-surface", ink: "body-color", rim: "border-color-active" };
const NAMED_PX = 84; // as wide a cell must be to carry its name
const CLOSE_ENOUGH = 14;

const size = (count) => Math.min(22, 9 + 1.6 * Math.log2(count));

onPage("[data-grid]", (element) => {
  const base = fieldloopMap(element);
  const { map, project } = base;
  const [form, list, legend, card, wrong] = ["filter", "list", "legend", "card", "wrong"].map((name) => document.querySelector(`[data-map-${name}]`));
  const basket = document.querySelector("[data-grid-chosen]");
  const chosen = new Map(); // number → name
  const [cells, marks] = [L.featureGroup().addTo(map), L.featureGroup().addTo(map)];
  let known = { cells: [], groups: [], leads: [], legend: [], list: "" };
  let open; // the number of the cell on the card
  let asking;

  // -- drawing

  function draw() {
    const paints = palette({ ...COLOURS, ...REST });
    cells.clearLayers();
    marks.clearLayers();
    const names = [];
    for (const cell of known.cells) {
      const isChosen = chosen.has(cell.number);
      const outline = cell.ring.map(([lon, lat]) => project(lat, lon));
      const style = { color: isChosen ? paints.primary : paints.ink, weight: isChosen || cell.number === open ? 4 : 1, fillColor: paints[cell.colour], fillOpacity: isChosen ? 0.6 : 0.35 };
      const shape = L.polygon(outline, { ...style, cell }).addTo(cells);
      const { min, max } = L.bounds(outline.map((place) => map.latLngToLayerPoint(place)));
      if (max.x - min.x > NAMED_PX) names.push(mark(shape.getCenter(), NAMED_PX / 2, named(cell, paints), { interactive: false }));
    }
    for (const group of known.groups) {
      const [[south, west], [north, east]] = group.box;
      const middle = project((south + north) / 2, (west + east) / 2);
      mark(middle, size(group.count) + 4, crate([[1, paints[group.colour]]], group.count, paints), { box: group.box, title: group.text }).addTo(marks);
    }
    for (const lead of known.leads) marks.addLayer(leadMark(lead, paints));
    for (const name of names) marks.addLayer(name); // over the leads
  }

  const named = ({ name, text }, { ink, fill }) => (brush, x, y) => {
    label(name, { ink, halo: fill })(brush, x, y - 8);
    write(brush, text, x, y + 8, { size: 11, fill: ink, halo: fill });
  };

  function leadMark({ at, box, count, visited, label: title, url }, paints) {
    const [own, place] = [visited ? paints.green : paints.blue, project(...at)];
    if (count === 1) return mark(place, 7, disc(own, paints.fill), { title, url });
    return mark(place, size(count), ring([[visited, paints.green], [count - visited, paints.blue]], count, paints), { title, box });
  }

  function showLegend() {
    legend.replaceChildren(
      ...known.legend.map(([paint, text]) => {
        const item = Object.assign(document.createElement("li"), { className: "list-inline-item", textContent: text });
        item.prepend(Object.assign(document.createElement("span"), { className: `map-key map-key-cell bg-${paint}` }));
        return item;
      }),
    );
  }

  function showList() {
    const { card: focused } = list.contains(document.activeElement) ? document.activeElement.dataset : {};
    list.innerHTML = known.list;
    for (const box of list.querySelectorAll("[data-choose]")) box.checked = chosen.has(box.value);
    if (focused) list.querySelector(`[data-card="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  // -- asking

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const values = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const middle = base.unproject(map.getCenter()).map((each) => each.toFixed(5));
    history.replaceState(history.state, "", `${location.pathname}${String(values) && `?${values}`}#${map.getZoom()}/${middle.join("/")}`);
    values.set("bbox", base.box().map((each) => each.toFixed(5)));
    values.set("zoom", map.getZoom());
    try {
      const answer = await fetch(`${element.dataset.grid}?${values}`, { cache: "no-store", signal: asking.signal });
      if (answer.redirected) return location.reload(); // logged out meanwhile
      if (!answer.ok) throw new Error(answer.status);
      known = await answer.json();
      draw();
      showLegend();
      showList();
      wrong.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") wrong.textContent = wrong.dataset.mapWrong;
    }
  }

  // -- choosing several, and the card of one

  function choose(number, isWanted) {
    isWanted ? chosen.set(number) : chosen.delete(number);
    basket.hidden = !chosen.size;
    const count = basket.querySelector("[data-chosen-count]");
    count.textContent = count.dataset.chosenCount.replace("{count}", chosen.size);
    for (const old of basket.querySelectorAll("[name=cell]")) old.remove();
    for (const each of chosen.keys()) basket.append(Object.assign(document.createElement("input"), { type: "hidden", name: "cell", value: each }));
    for (const box of list.querySelectorAll("[data-choose]")) box.checked = chosen.has(box.value);
    draw();
  }

  async function openCard(number, address, opener) {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected) return location.reload();
    if (!answer.ok) return ask(); // redrawn meanwhile
    open = number;
    card.innerHTML = await answer.text();
    card.hidden = false;
    card.querySelector("[data-map-close]").addEventListener("click", () => {
      card.hidden = true;
      open = undefined;
      draw();
      opener?.isConnected ? opener.focus() : element.focus();
    });
    card.querySelector("h2").focus();
    draw();
  }

  cells.bindTooltip(({ options: { cell } }) => plain(`${cell.name} · ${cell.text}`), { sticky: true });
  cells.on("click", ({ propagatedFrom, originalEvent }) => {
    const { number, card: address } = propagatedFrom.options.cell;
    if (basket && (originalEvent.shiftKey || originalEvent.ctrlKey || originalEvent.metaKey || chosen.size)) return choose(number, !chosen.has(number));
    openCard(number, address);
  });
  marks.bindTooltip(({ options: { title } }) => plain(title ?? ""));
  marks.on("click", ({ propagatedFrom: { options, _latlng: place } }) => {
    if (options.url) location.assign(options.url);
    else if (map.getZoom() >= 18) return;
    else if (options.box) map.fitBounds(options.box.map((corner) => project(...corner)), { padding: [40, 40] });
    else map.setView(place, map.getZoom() + 2);
  });
  list.addEventListener("change", ({ target }) => target.matches("[data-choose]") && choose(target.value, target.checked));
  list.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-card]");
    if (!row) return;
    const [south, west, north, east] = row.dataset.box.split(",").map(Number);
    map.fitBounds([project(south, west), project(north, east)], { padding: [80, 80], maxZoom: Math.max(map.getZoom(), CLOSE_ENOUGH) });
    openCard(row.dataset.number, row.dataset.card, row);
  });
  basket?.querySelector("[data-choose-none]").addEventListener("click", () => {
    chosen.clear();
    choose("", false);
  });

  // -- when

  const { corners } = jsonOf(element.dataset.start);
  const [zoom, ...middle] = location.hash.slice(1).split("/").map(Number);
  if (middle.length === 2 && [zoom, ...middle].every(Number.isFinite)) map.setView(project(...middle), zoom);
  else if (corners.length) map.fitBounds(corners.map((corner) => project(...corner)), { padding: [24, 24] });
  base.onTheme(draw);
  map.on("moveend", ask);
  form.addEventListener("change", ({ target }) => {
    if (target.name === "colour" || target.name === "leads") return ask();
    location.assign(`${location.pathname}?${new URLSearchParams([...new FormData(form)].filter(([, value]) => value))}`);
  });
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[data-here]");
    if (link) link.hash = location.hash; // what is drawn begins where one looks
  });
  ask();
});
