// What stands on a map, painted on its one canvas: mark(place, radius, paint, options), where paint(brush, x, y, radius).
import L from "leaflet";
import { colour } from "./colour.js";

const Mark = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._paintMark(this);
  },
});

L.Canvas.include({
  _paintMark(mark) {
    if (!this._drawing || mark._empty()) return;
    this._ctx.save();
    mark.options.paint(this._ctx, mark._point.x, mark._point.y, mark._radius);
    this._ctx.restore();
  },
});

export const mark = (place, radius, paint, options) => new Mark(place, { radius, paint, weight: 0, ...options });

// Looked up once a drawing: asking the page for a colour costs a style computation.
export const palette = (names) => Object.fromEntries(Object.entries(names).map(([key, name]) => [key, colour(name)]));

const TEXT = "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

export function write(brush, text, x, y, { size = 12, weight = 600, fill, halo }) {
  brush.font = `${weight} ${size}px ${TEXT}`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  if (halo) {
    brush.strokeStyle = halo;
    brush.lineWidth = 3;
    brush.lineJoin = "round";
    brush.strokeText(text, x, y);
  }
  brush.fillStyle = fill;
  brush.fillText(text, x, y);
}

// One person: a disc; a ring where the position is old.
export const disc = (inside, rim) => (brush, x, y, radius) => {
  brush.beginPath();
  brush.arc(x, y, radius - 2, 0, 2 * Math.PI);
  brush.fillStyle = inside;
  brush.fill();
  brush.lineWidth = 3;
  brush.strokeStyle = rim;
  brush.stroke();
};

// One order: a square on its corner.
export const diamond = (inside, rim) => (brush, x, y, radius) => {
  brush.translate(x, y);
  brush.rotate(Math.PI / 4);
  const side = (radius - 2) * 1.4;
  brush.beginPath();
  brush.rect(-side / 2, -side / 2, side, side);
  brush.fillStyle = inside;
  brush.fill();
  brush.lineWidth = 2;
  brush.strokeStyle = rim;
  brush.stroke();
};

// Many people: a ring with a share of each colour, their number in it.
export const ring = (shares, text, { fill, ink }) => (brush, x, y, radius) => {
  const all = shares.reduce((sum, [count]) => sum + count, 0);
  brush.beginPath();
  brush.arc(x, y, radius - 1, 0, 2 * Math.PI);
  brush.fillStyle = fill;
  brush.fill();
  let from = -Math.PI / 2;
  for (const [count, paint] of shares) {
    const to = from + (2 * Math.PI * count) / all;
    brush.beginPath();
    brush.arc(x, y, radius - 3, from, to);
    brush.lineWidth = 5;
    brush.strokeStyle = paint;
    brush.stroke();
    from = to;
  }
  write(brush, text, x, y + 0.5, { fill: ink });
};

// Many orders: a box with their number, below it a bar with a share of each colour.
export const box = (shares, text, { fill, ink, rim }) => (brush, x, y, radius) => {
  const all = shares.reduce((sum, [count]) => sum + count, 0);
  const half = radius - 3;
  brush.beginPath();
  brush.rect(x - half, y - half, 2 * half, 2 * half);
  brush.fillStyle = fill;
  brush.fill();
  brush.lineWidth = 1;
  brush.strokeStyle = rim;
  brush.stroke();
  brush.clip();
  let from = x - half;
  for (const [count, paint] of shares) {
    const width = (2 * half * count) / all;
    brush.fillStyle = paint;
    brush.fillRect(from, y + half - 6, width, 6);
    from += width;
  }
  write(brush, text, x, y - 2.5, { fill: ink });
};

// How much comes from around here: fades towards the rim.
export const glow = (paint, strength) => (brush, x, y, radius) => {
  const light = brush.createRadialGradient(x, y, 0, x, y, radius);
  light.addColorStop(0, paint);
  light.addColorStop(1, paint.replace(/[\d.]+\)$/, "0)"));
  brush.globalAlpha = strength;
  brush.fillStyle = light;
  brush.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
};

// A name beside its dot.
export const label = (text, { ink, halo }) => (brush, x, y) => write(brush, text, x, y, { weight: 500, fill: ink, halo });

// Leaflet takes a string for HTML; what people typed is text.
export const plain = (text) => document.createTextNode(text);
