// Draws people, bars and pool. Widths are minutes times --minute, so the browser lays out what is seen only.
import { board, clock, endOf, isDone, isLate, isUnderWay, length, now, say, state } from "./board_state.js";

const NARROWEST = 1.8; // pixels a minute
const scroll = board.querySelector(".board-scroll");
const list = board.querySelector(".board-rows");
const hours = board.querySelector(".board-hours");
const line = board.querySelector(".board-now");
const cards = board.querySelector(".board-cards");
const PRIORITY = { 1: "is-urgent", 2: "is-high", 4: "is-low" };

export const scale = { first: 0, last: 0, minute: NARROWEST };

function el(name, className, text, attributes = {}) {
  const element = document.createElement(name);
  element.className = className;
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon-sm");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${board.dataset.icons}#tabler-${name}`);
  svg.append(use);
  return svg;
}

function at(element, start, end) {
  element.style.setProperty("--at", start);
  element.style.setProperty("--long", end - start);
  return element;
}

const names = (order) => ({
  order: order.number,
  merchant: order.merchant,
  type: state.types[order.type],
  priority: state.priorities[order.priority],
  status: state.statuses[order.status],
});

// What is not written on the bar.
function unwritten(bar) {
  const said = [state.priorities[bar.priority], say("span", { start: clock(bar.start), end: clock(bar.end) })];
  if (isLate(bar)) said.push(state.words.is_late);
  if (bar.locked) said.push(state.words.is_locked);
  if (bar.forced) said.push(state.words.is_double);
  if (bar.way) said.push(say("way", { way: bar.way }));
  return said.join(", ");
}

function barElement(bar, isSecond) {
  const late = isLate(bar);
  const classes = ["board-bar", PRIORITY[bar.priority], isUnderWay(bar) && "is-under-way", isDone(bar) && "is-done",
    bar.status === "paused" && "is-paused", late && "is-late", isSecond && "is-second", bar.isWaiting && "is-waiting"];
  const more = unwritten(bar);
  const line = `${state.types[bar.type]} · ${state.statuses[bar.status]}`;
  const button = el("button", classes.filter(Boolean).join(" "), "", { type: "button", tabindex: -1, title: `${bar.number}, ${bar.merchant}, ${line}, ${more}`, "data-order": bar.number });
  const head = el("span", "board-bar-head");
  if (late) head.append(icon("clock-exclamation"));
  if (bar.locked && !isDone(bar)) head.append(icon("lock"));
  head.append(el("span", "board-bar-name", bar.merchant));
  button.append(head, el("span", "board-bar-line", line), el("span", "board-bar-line", bar.number), el("span", "visually-hidden", more));
  return at(button, bar.start, endOf(bar));
}

function load(row) {
  const within = (from, until) => row.shifts.reduce((sum, [start, end]) => sum + Math.max(Math.min(end, until) - Math.max(start, from), 0), 0);
  const shift = row.shifts.reduce((sum, [start, end]) => sum + end - start, 0) - row.away.reduce((sum, [start, end]) => sum + within(start, end), 0);
  const booked = row.bars.reduce((sum, bar) => sum + bar.end - bar.start, 0);
  return { booked, shift, share: shift ? booked / shift : 0 };
}

function head(row) {
  const { booked, shift, share } = load(row);
  const person = el("div", "board-person");
  const name = el("a", "board-name", row.name, { href: board.dataset.person.replace("USERNAME", encodeURIComponent(row.key)), title: `${row.name} · ${row.region}` });
  const facts = el("span", "board-facts", `${row.region} · ${row.shifts.length ? say("load", { booked: length(booked), shift: length(shift) }) : state.words.off}`);
  facts.title = facts.textContent;
  const skills = el("span", "board-skills");
  for (const [, skill, level, isExpired] of row.skills) {
    const chip = el("span", `board-skill${isExpired ? " is-expired" : ""}`, `${skill} ${level}`);
    chip.title = isExpired ? say("expired", { skill }) : say("level", { skill, level });
    skills.append(chip);
  }
  const gauge = el("span", `board-load${share > 1 ? " is-over" : ""}`);
  gauge.style.setProperty("--share", Math.min(share, 1));
  person.append(name, facts, skills, gauge);
  return person;
}

function rowElement(row) {
  const item = el("li", `board-row${row.shifts.length ? "" : " is-off"}`, "", { "data-person": row.id });
  const lane = el("div", "board-lane");
  row.shifts.forEach(([start, end], number) => {
    lane.append(at(el("div", "board-shift"), start, end));
    const next = row.shifts[number + 1];
    if (next) lane.append(at(el("div", "board-break", state.words.lunch), end, next[0]));
  });
  for (const [start, end, kind, label] of row.away) {
    const from = Math.max(start, scale.first), until = Math.min(end, scale.last);
    if (until > from) lane.append(at(el("div", "board-away", label || state.words[kind], { title: label || state.words[kind] }), from, until));
  }
  let before = -Infinity, wasSecond = false;
  for (const bar of row.bars) {
    if (bar.way) lane.append(at(el("div", `board-way${bar.start - bar.way < before ? " is-tight" : ""}`), Math.max(bar.start - bar.way, before, scale.first), bar.start));
    wasSecond = bar.start < before && !wasSecond;
    lane.append(barElement(bar, wasSecond));
    before = Math.max(before, endOf(bar));
  }
  item.append(head(row), lane);
  return item;
}

// From the first to the last hour in which anybody works.
function fitHours() {
  const spans = state.rows.flatMap((row) => [...row.shifts, ...row.bars.map((bar) => [bar.start, bar.end])]).filter(([start, end]) => end > 0 && start < 1440);
  const first = Math.max(Math.floor(Math.min(...spans.map(([start]) => start), 540) / 60) * 60, 0);
  const last = Math.min(Math.ceil(Math.max(...spans.map(([, end]) => end), 1020) / 60) * 60, 1440);
  const changed = first !== scale.first || last !== scale.last;
  Object.assign(scale, { first, last });
  return changed;
}

export function fitWidth() {
  const room = scroll.clientWidth - parseFloat(getComputedStyle(board).getPropertyValue("--person")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
  scale.minute = Math.max(NARROWEST, (room - 2) / (scale.last - scale.first));
  for (const [name, value] of Object.entries({ first: scale.first, last: scale.last, minute: `${scale.minute}px` })) board.style.setProperty(`--${name}`, value);
}

// The whole board, or the rows of some people.
export function draw(people) {
  const focused = document.activeElement?.dataset?.order;
  if (fitHours() || !people) {
    fitWidth();
    hours.replaceChildren(...Array.from({ length: (scale.last - scale.first) / 60 }, (_, n) => at(el("span", "", clock(scale.first + 60 * n)), scale.first + 60 * n, scale.first + 60 * n + 60)));
    const sorted = [...state.rows].sort((one, other) => Number(!one.shifts.length) - Number(!other.shifts.length));
    list.replaceChildren(...sorted.map(rowElement));
  } else {
    for (const id of people) {
      const row = state.rows.find((each) => each.id === id);
      if (row) list.querySelector(`[data-person="${id}"]`)?.replaceWith(rowElement(row));
    }
  }
  board.querySelector(".board-empty").hidden = state.rows.some((row) => row.shifts.length || row.bars.length);
  if (focused) document.querySelector(`[data-order="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  tabStop();
  drawNow();
}

// One bar is reached with Tab, the others with the arrow keys.
export function tabStop(chosen) {
  const stop = chosen ?? list.querySelector('.board-bar[tabindex="0"]') ?? list.querySelector(".board-bar");
  for (const bar of list.querySelectorAll('.board-bar[tabindex="0"]')) bar.tabIndex = -1;
  if (stop) stop.tabIndex = 0;
}

export function drawNow() {
  const minute = now();
  line.hidden = minute === null || minute < scale.first || minute > scale.last;
  if (minute !== null) line.style.setProperty("--at", minute);
}

export function drawPool() {
  const minute = now() ?? 0;
  cards.replaceChildren(...state.pool.orders.map((order) => {
    const due = Math.min(order.begin_by ?? Infinity, order.done_by ?? Infinity);
    const isOverdue = due < minute;
    const item = el("li", "");
    const label = say("card", { ...names(order), minutes: order.duration });
    const button = el("button", ["board-card", PRIORITY[order.priority], isOverdue && "is-late", order.isWaiting && "is-waiting"].filter(Boolean).join(" "), "", { type: "button", "data-order": order.number, title: `${label}. ${order.summary}` });
    const top = el("span", "board-bar-head");
    if (isOverdue) top.append(icon("clock-exclamation"));
    top.append(el("span", "board-bar-name", order.merchant), el("span", "ms-auto board-bar-line", state.priorities[order.priority]));
    const when = due === Infinity ? "" : say(isOverdue ? "overdue" : "due", { time: clock(due) });
    button.append(top, el("span", "board-bar-line", `${state.types[order.type]} · ${say("minutes", { minutes: order.duration })}${when && ` · ${when}`}`), el("span", "board-bar-line", `${order.number} · ${order.summary}`));
    item.append(button);
    return item;
  }));
  const { count, orders } = state.pool;
  board.querySelector("[data-board-count]").textContent = count >= 1000 ? "1000+" : count;
  board.querySelector(".board-pool-empty").hidden = count > 0;
  const more = board.querySelector(".board-more");
  more.hidden = count <= orders.length;
  more.textContent = say("waiting_more", { count: count >= 1000 ? `${1000 - orders.length}+` : count - orders.length });
}
