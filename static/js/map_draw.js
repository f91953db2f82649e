// [data-draw="address of the features"]: a map to draw an outline or lines on. What is drawn stands as GeoJSON in
// [data-geojson], and what is pasted there is drawn. data-start names JSON: {draws: "polygon" | "lines" | "", corners,
// chosen: [ring], made: [{ring, name, is_wanted}]}. Beside it: buttons [data-draw="middle|undo|close|clear"], and
// select[name=region] in form[data-draw-form], whose data-boundary is the address of a region's boundary with "~" for its code.
import L from "leaflet";
import { fieldloopMap } from "./map_base.js";
import { disc, label, mark, palette } from "./map_marks.js";
import { jsonOf, onPage } from "./on_page.js";

const NEAR_PX = 10; // of a corner of a neighbour: then it is meant
const DIGITS = 7;

onPage(".map[data-draw]", (element) => {
  const base = fieldloopMap(element);
  const { map, project } = base;
  const { draws, corners, chosen, made } = jsonOf(element.dataset.start);
  const [field, file, region] = ["[data-geojson]", "input[type=file]", "select[name=region]"].map((name) => document.querySelector(`[data-draw-form] ${name}`));
  const [old, boundary, sketch] = [L.featureGroup().addTo(map), L.featureGroup().addTo(map), L.featureGroup().addTo(map)];
  const ringOf = (ring) => ring.map(([lon, lat]) => project(lat, lon));
  let neighbours = []; // rings in degrees
  let shapes = []; // what is drawn already: lists of [lon, lat]
  let points = []; // of what is being drawn

  // -- what is there

  function drawOld() {
    const paints = palette({ ink: "secondary", made: "green", rest: "secondary", chosen: "primary", halo: "bg-surface", text: "body-color" });
    old.clearLayers();
    for (const ring of neighbours) L.polygon(ringOf(ring), { color: paints.ink, weight: 1, fill: false, interactive: false }).addTo(old);
    for (const ring of chosen) L.polygon(ringOf(ring), { color: paints.chosen, weight: 3, fillOpacity: made.length ? 0 : 0.1, interactive: false }).addTo(old);
    for (const { ring, name, is_wanted } of made) {
      const paint = is_wanted ? paints.made : paints.rest;
      const shape = L.polygon(ringOf(ring), { color: paint, weight: 3, fillOpacity: 0.3, interactive: false }).addTo(old);
      mark(shape.getCenter(), 42, label(name, { ink: paints.text, halo: paints.halo }), { interactive: false }).addTo(old);
    }
  }

  async function ask() {
    const query = new URLSearchParams({ bbox: base.box().map((each) => each.toFixed(5)), zoom: map.getZoom(), leads: "no" });
    const answer = await fetch(`${element.dataset.draw}?${query}`, { cache: "no-store" });
    if (!answer.ok) return;
    neighbours = (await answer.json()).cells.map(({ ring }) => ring);
    drawOld();
  }

  async function showBoundary(isMoved) {
    boundary.clearLayers();
    if (!region?.value) return;
    const answer = await fetch(region.form.dataset.boundary.replace("~", encodeURIComponent(region.value)), { cache: "no-store" });
    if (answer.status !== 200) return;
    const { type, coordinates } = await answer.json();
    const { line } = palette({ line: "primary" });
    const rings = (type === "Polygon" ? [coordinates] : coordinates).map((polygon) => polygon.map(ringOf));
    L.polygon(rings, { color: line, weight: 2, dashArray: "6 6", fill: false, interactive: false }).addTo(boundary);
    if (isMoved) map.fitBounds(boundary.getBounds(), { padding: [24, 24] });
  }

  // -- what is drawn

  const isClosed = draws === "polygon";
  const least = isClosed ? 3 : 2;

  function drawSketch() {
    const { ink, rim } = palette({ ink: "red", rim: "bg-surface" });
    const style = { color: ink, weight: 3, interactive: false, fillOpacity: 0.15 };
    sketch.clearLayers();
    for (const shape of shapes) (isClosed ? L.polygon : L.polyline)(ringOf(shape), style).addTo(sketch);
    if (points.length) L.polyline(ringOf(points), { ...style, dashArray: "4 6" }).addTo(sketch);
    for (const [lon, lat] of points) mark(project(lat, lon), 7, disc(ink, rim), { interactive: false }).addTo(sketch);
  }

  function write() {
    const drawn = isClosed ? shapes.map((shape) => [[...shape, shape[0]]])[0] : shapes;
    field.value = shapes.length ? JSON.stringify({ type: isClosed ? "Polygon" : "MultiLineString", coordinates: drawn }) : "";
    drawSketch();
  }

  // What is pasted, as far as it can be drawn here; the server reads it with more care.
  function read() {
    shapes = [];
    const walk = (part) => {
      if (part?.features) part.features.forEach(walk);
      else if (part?.geometry) walk(part.geometry);
      else if (part?.geometries) part.geometries.forEach(walk);
      else if (part?.type === "Polygon") shapes.push(part.coordinates[0]);
      else if (part?.type === "MultiPolygon") shapes.push(...part.coordinates.map(([outer]) => outer));
      else if (part?.type === "LineString") shapes.push(part.coordinates);
      else if (part?.type === "MultiLineString") shapes.push(...part.coordinates);
    };
    try {
      walk(JSON.parse(field.value));
      drawSketch();
    } catch {
      shapes = []; // the server says so
      sketch.clearLayers();
    }
    return shapes.length > 0;
  }

  function nearest(place) {
    const here = map.latLngToContainerPoint(place);
    let [found, least] = [null, NEAR_PX];
    for (const corner of neighbours.flat()) {
      const distance = map.latLngToContainerPoint(project(corner[1], corner[0])).distanceTo(here);
      if (distance < least) [found, least] = [corner, distance];
    }
    return found;
  }

  function add(place) {
    if (isClosed && shapes.length) return; // closed: "undo" opens it again
    const [lat, lon] = base.unproject(place.wrap());
    const point = nearest(place) ?? [lon, lat].map((each) => Number(each.toFixed(DIGITS)));
    const isAgain = ([lon, lat]) => map.latLngToContainerPoint(project(lat, lon)).distanceTo(map.latLngToContainerPoint(place)) < NEAR_PX;
    if (points.length && isAgain(points.at(-1))) return; // the second click of a double click
    if (isClosed && points.length >= least && isAgain(points[0])) return close();
    points.push(point);
    const along = field.form.querySelector("[name=how][value=lines]"); // who draws lines wants them
    if (along) along.checked = true;
    drawSketch();
  }

  function close() {
    if (points.length >= least) shapes.push(points);
    points = [];
    write();
  }

  const acts = {
    middle: () => add(map.getCenter()),
    undo: () => {
      if (!points.length && shapes.length) points = shapes.pop(); // back into what was closed
      points.pop();
      write();
    },
    close,
    clear: () => {
      [shapes, points] = [[], []];
      write();
    },
  };

  if (draws) {
    map.doubleClickZoom.disable();
    element.classList.add("map-drawing");
    map.on("click", ({ latlng }) => add(latlng));
    map.on("dblclick", close);
    element.addEventListener("keydown", (event) => {
      const act = { Enter: "close", Backspace: "undo", " ": "middle" }[event.key];
      if (!act) return;
      event.preventDefault();
      acts[act]();
    });
    for (const button of document.querySelectorAll("button[data-draw]")) button.addEventListener("click", acts[button.dataset.draw]);
    document.querySelector("[data-draw-form]").addEventListener("submit", () => points.length >= least && close());
  }
  field?.addEventListener("input", read);
  file?.addEventListener("change", async () => {
    if (!file.files[0]) return;
    field.value = await file.files[0].text();
    file.value = "";
    if (read()) map.fitBounds(sketch.getBounds(), { padding: [40, 40] });
  });
  region?.addEventListener("change", () => showBoundary(!points.length && !shapes.length));

  // -- when

  const isDrawn = field?.value && read();
  const shown = made.length ? made.map(({ ring }) => ring) : chosen;
  const [zoom, ...middle] = location.hash.slice(1).split("/").map(Number);
  if (shown.length) map.fitBounds(shown.map((ring) => L.latLngBounds(ringOf(ring))).reduce((all, each) => all.extend(each)), { padding: [40, 40] });
  else if (isDrawn) map.fitBounds(sketch.getBounds(), { padding: [80, 80] });
  else if (middle.length === 2 && [zoom, ...middle].every(Number.isFinite)) map.setView(project(...middle), zoom);
  else if (corners.length) map.fitBounds(corners.map((corner) => project(...corner)), { padding: [24, 24] });
  showBoundary(!shown.length && !isDrawn && middle.length !== 2);
  base.onTheme(() => [drawOld(), drawSketch()]);
  map.on("moveend", ask);
  ask();
});
