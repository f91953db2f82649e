// Everything the board asks the server: what has changed, what is wrong with a place, and the moves with their undo.
import { draw, drawPool } from "./board_rows.js";
import { board, find, pretend, say, state, take } from "./board_state.js";
import { csrfToken } from "./csrf.js";

const EVERY = 2500; // ms between two looks; with the server's 1.5 s the page is at most 4 s behind
const UNDO = `board-undo-${state.user}`;
const MOST_UNDOS = 20;
const MOST_ROWS = 150; // in one address
const toast = document.querySelector(".board-toast");
let quiet; // hides the toast

export class Refused extends Error {}

export const address = (path, query = {}) => `${board.dataset.base}${path}?${new URLSearchParams([...new URLSearchParams(board.dataset.query), ...Object.entries(query)])}`;

async function ask(path, { query, body, as = "json" } = {}) {
  let answer;
  try {
    answer = await fetch(address(path, query), {
      method: body ? "POST" : "GET",
      body,
      headers: { Accept: as === "json" ? "application/json" : "text/html", ...(body && { "X-CSRFToken": csrfToken() }) },
      cache: "no-store",
    });
  } catch {
    throw new Refused(state.words.failed);
  }
  if (answer.redirected) location.reload(); // the session is over: show the login page
  if (answer.status === 204) return null;
  if (answer.ok) return answer[as]();
  const said = answer.status === 409 && (answer.headers.get("Content-Type") ?? "").includes("json") ? (await answer.json()).detail : "";
  throw new Refused(said || state.words.failed);
}

export const fragment = (path) => ask(path, { as: "text" });
export const check = (number, engineer, minute) => ask(`orders/${number}/check/`, { query: { engineer, minute } });

// -- what is said ----------------------------------------------------------------------------------------

export function tell(sentence, { isBad = false, canUndo = false } = {}) {
  toast.classList.toggle("is-bad", isBad);
  toast.querySelector("[data-board-told]").textContent = sentence;
  toast.querySelector("[data-board-undo]").hidden = !canUndo;
  toast.classList.add("show");
  document.querySelector("[data-board-said]").textContent = isBad ? "" : sentence;
  clearTimeout(quiet);
  quiet = setTimeout(() => toast.classList.remove("show"), isBad ? 12000 : 7000);
}
toast.querySelector("[data-board-hush]").addEventListener("click", () => toast.classList.remove("show"));

// -- moves and undo --------------------------------------------------------------------------------------

const undos = () => JSON.parse(sessionStorage.getItem(UNDO) ?? "[]");
function keepUndos(list) {
  sessionStorage.setItem(UNDO, JSON.stringify(list.slice(-MOST_UNDOS)));
  for (const button of document.querySelectorAll("[data-board-undo]")) button.disabled = !list.length;
}

let writing = 0; // while a move is on its way the page is ahead of the server

function show(data, were = state.rows.length) {
  take(data);
  if (data.rows) draw(state.rows.length === were && data.rows.map(({ id }) => id));
  if (data.pool) drawPool();
}

// Sends a move. With `to` it is painted at once, and taken back when the server refuses; throws the refusal then.
export async function send(number, what, body, { to, start } = {}) {
  const { order, row } = find(number);
  const paint = order && to !== undefined;
  const back = paint && pretend(order, row, to, start);
  const people = paint ? [row, to].filter(Boolean).map((each) => each.id) : [];
  if (paint) {
    draw(people);
    drawPool();
  }
  writing += 1;
  try {
    const done = await ask(`orders/${number}/${what}/`, { query: poolFilters(), body });
    show(done);
    keepUndos([...undos(), done.undo]);
    tell(done.said, { canUndo: true });
  } catch (refusal) {
    if (back) {
      back();
      draw(people);
      drawPool();
    }
    throw refusal;
  } finally {
    writing -= 1;
  }
}

export async function undo() {
  const list = undos();
  if (!list.length) return tell(state.words.nothing_to_undo);
  const signed = list.pop();
  keepUndos(list);
  const body = new FormData();
  body.set("signed", signed);
  try {
    const done = await ask("undo/", { query: poolFilters(), body });
    show(done);
    tell(done.said);
  } catch (refusal) {
    tell(refusal.message, { isBad: true });
  }
}
keepUndos(undos());

// -- what others have changed ----------------------------------------------------------------------------

const filters = document.querySelector("[data-board-filters]");
export const poolFilters = () => Object.fromEntries([...new FormData(filters)].filter(([, value]) => value));

filters.addEventListener("change", async () => {
  const { pool } = await ask("rows/", { query: { pool: 1, ...poolFilters() } });
  show({ pool });
});
filters.addEventListener("submit", (event) => event.preventDefault());

// Is anything held by the pointer or just being sent? Then the page is left as it is for the moment.
export const held = { isBusy: () => false };

async function look() {
  const news = await ask("changes/", { query: { stamp: state.stamp, ...poolFilters() } });
  if (!news || writing || held.isBusy()) return;
  const were = state.rows.length;
  if (news.rows) {
    state.rows = state.rows.filter(({ id }) => !news.gone.includes(id));
    show(news, were);
    Object.assign(state.marks, news.marks);
    state.stamp = news.stamp;
    return;
  }
  const changed = Object.keys(news.marks).filter((key) => news.marks[key] !== state.marks[key]);
  const asked = changed.slice(0, MOST_ROWS); // what is left comes with the next look
  const people = asked.filter((key) => key !== "pool").map((key) => `${key}.${news.marks[key]}`);
  const fresh = await ask("rows/", { query: { people, ...(asked.includes("pool") && { pool: 1, ...poolFilters() }) } });
  if (writing || held.isBusy()) return;
  state.rows = state.rows.filter(({ id }) => id in news.marks); // who left is gone
  show(fresh, were);
  for (const key of asked) state.marks[key] = news.marks[key];
  if (asked.length === changed.length) state.stamp = news.stamp;
}

let failures = 0;
async function watch() {
  if (document.visibilityState === "visible") {
    try {
      await look();
      failures = 0;
    } catch {
      failures += 1;
      if (failures === 3) tell(state.words.offline, { isBad: true });
    }
  }
  setTimeout(watch, EVERY * Math.min(1 + failures, 8));
}
setTimeout(watch, EVERY);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look().catch(() => {}));
