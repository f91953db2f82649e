// What speaks against an order at a time in a person's day, as far as the page itself knows; the server knows the rest.
import { clock, isUnderWay, latestStart, lengthOf, now, say, state } from "./board_state.js";

export function conflicts(order, row, start) {
  const found = [];
  const minutes = lengthOf(order);
  const end = start + minutes;
  const name = row.name;
  const add = (key, names) => found.push({ level: state.levels[key], text: say(key, { name, ...names }) });
  if (isUnderWay(order)) add("under_way", { order: order.number, status: state.statuses[order.status] });
  if (now() !== null && start < now() - 5) add("past");
  if (order.locked) add("locked");
  for (const bar of row.bars) {
    if (bar.number !== order.number && bar.start < end && bar.end > start) {
      add("taken", { what: bar.number, start: clock(bar.start), end: clock(bar.end) });
    }
  }
  for (const [from, until, kind, label] of row.away) {
    if (from < end && until > start) add("away", { what: label || state.words[kind], start: clock(from), end: clock(until) });
  }
  if (!row.shifts.some(([from, until]) => from <= start && end <= until)) add("off_shift");
  const latest = latestStart(order, minutes);
  if (start > latest) add("late", { time: clock(latest) });
  if (row.bars.some(({ number }) => number === order.number)) return found; // only its time is new
  for (const [code, level] of Object.entries(order.needs ?? state.needs[order.type] ?? {})) {
    const held = row.skills.find(([skill]) => skill === code);
    if (!held || held[2] < level || held[3]) add("no_skill", { skill: state.skills[code], level });
  }
  if (order.rejected.includes(row.id)) add("rejected");
  return found;
}

const RANK = ["note", "warn", "clash", "stop"];
export const worst = (found) => found.reduce((level, each) => (RANK.indexOf(each.level) > RANK.indexOf(level) ? each.level : level), "");

export function listed(found) {
  return found.map(({ level, text }) => Object.assign(document.createElement("li"), { className: `board-conflict is-${level}`, textContent: text }));
}
