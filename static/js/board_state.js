// What the board shows: rows of people with their bars, and the pool. Minutes count from midnight in the region.
import { jsonOf } from "./on_page.js";

export const state = jsonOf("board-state");
export const board = document.querySelector("[data-board]");
export const STEP = 15; // minutes a dragged bar snaps to

const shown = Date.now();
export const now = () => (state.today ? state.now + (Date.now() - shown) / 60000 : null);

export const say = (key, names = {}) => state.words[key].replace(/%\((\w+)\)s/g, (_, name) => names[name] ?? "");

export function clock(minute) {
  const day = Math.floor(minute / 1440);
  const rest = Math.round(minute) - 1440 * day;
  const time = `${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
  if (!day) return time;
  const date = new Date(`${state.on}T00:00Z`);
  date.setUTCDate(date.getUTCDate() + day);
  return `${date.toISOString().slice(5, 10)} ${time}`;
}

export const length = (minutes) => `${Math.floor(minutes / 60)}:${String(Math.round(minutes % 60)).padStart(2, "0")}`;
export const isUnderWay = (order) => state.underWay.includes(order.status);
export const isDone = (order) => ["completed", "closed"].includes(order.status);
export const isMovable = (order) => ["open", "assigned", "accepted"].includes(order.status);
export const rowOf = (id) => state.rows.find((row) => row.id === id);
export const latestStart = (order, minutes) => Math.min(order.begin_by ?? Infinity, (order.done_by ?? Infinity) - minutes);

// An order wherever it stands: {order, row}, the row missing for the pool.
export function find(number) {
  for (const row of state.rows) {
    const order = row.bars.find((bar) => bar.number === number);
    if (order) return { order, row };
  }
  const order = state.pool.orders.find((each) => each.number === number);
  return order ? { order, row: null } : {};
}

export const lengthOf = (order) => (order.end === undefined ? order.duration : order.end - order.start);

// Until when a bar reaches: work under way that takes longer than planned grows with the clock.
export const endOf = (bar) => (isUnderWay(bar) && now() > bar.end && now() < 1440 ? now() : bar.end);
export const isLate = (bar) => !isDone(bar) && (bar.start > (bar.begin_by ?? Infinity) || endOf(bar) > (bar.done_by ?? Infinity));

// New rows take the place of the old ones, a new pool of the old one.
export function take({ rows = [], pool }) {
  for (const row of rows) {
    const place = state.rows.findIndex((each) => each.id === row.id);
    if (place >= 0) state.rows[place] = row;
    else if (!state.isCut) state.rows.push(row);
  }
  if (pool) state.pool = pool;
}

// Moves an order on the page before the server has answered. Returns what undoes that.
export function pretend(order, from, to, start) {
  const minutes = lengthOf(order);
  const kept = structuredClone([state.rows.filter((row) => row === from || row === to), state.pool]);
  if (from) from.bars = from.bars.filter((bar) => bar !== order);
  else state.pool.orders = state.pool.orders.filter((each) => each !== order);
  if (to) {
    const status = to === from ? order.status : "assigned";
    to.bars.push({ ...order, start, end: start + minutes, way: null, locked: true, status, isWaiting: true });
    to.bars.sort((one, other) => one.start - other.start);
  } else {
    state.pool.orders.unshift({ ...order, status: "open", start: undefined, end: undefined, isWaiting: true });
  }
  return () => take({ rows: kept[0], pool: kept[1] });
}
