// The depot's bench: every code that is scanned becomes a line and is sent, one after another, in the order of the scans.
import { csrfToken } from "./csrf.js";

const SIM = /^89\d{16,19}F?$/;

function bench(root) {
  const form = root.querySelector("[data-bench-form]");
  const input = root.querySelector("#bench-code");
  const list = root.querySelector("[data-bench-list]");
  const counts = { done: 0, refused: 0, waiting: 0 };
  let last = ""; // serial of the device that was staged last
  let chain = Promise.resolve();

  function show() {
    const step = form.elements.bench.value;
    form.elements.step.value = step;
    for (const each of root.querySelectorAll("[data-belongs]")) each.hidden = !each.dataset.belongs.split(" ").includes(step);
  }

  function count(name, by) {
    counts[name] += by;
    root.querySelector(`[data-bench-${name}]`).textContent = counts[name];
  }

  function line(code) {
    const row = list.insertRow(0);
    for (let n = 0; n < 4; n += 1) row.insertCell();
    row.cells[0].textContent = list.rows.length;
    row.cells[0].className = "text-secondary";
    row.cells[1].className = "font-monospace";
    row.cells[1].textContent = code;
    row.cells[2].textContent = `${root.dataset.sending} …`;
    root.querySelector("[data-bench-empty]").hidden = true;
    return row;
  }

  async function send(values) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const answer = await fetch(root.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  function button(row, label, press) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "btn btn-sm";
    element.textContent = label;
    element.addEventListener("click", () => {
      element.remove();
      press();
      input.focus();
    });
    row.cells[3].replaceChildren(element);
  }

  function run(row, values) {
    count("waiting", 1);
    chain = chain.then(async () => {
      let said;
      try {
        said = await send(values);
      } catch {
        said = null;
      }
      count("waiting", -1);
      if (said === null) {
        row.className = "table-danger";
        row.cells[2].textContent = root.dataset.offline;
        button(row, "↻", () => run(row, values));
      } else if (said.refused) {
        row.className = "table-warning";
        row.cells[2].textContent = said.refused;
        count("refused", 1);
      } else done(row, values, said);
    });
  }

  function done(row, values, said) {
    const link = document.createElement("a");
    [link.href, link.textContent] = [said.url, said.serial];
    row.cells[1].replaceChildren(link);
    row.cells[2].innerHTML = said.status;
    const small = document.createElement("span");
    small.className = "ms-2 text-secondary";
    small.textContent = said.model;
    row.cells[2].append(small);
    if (values.step === "undo") {
      row.className = "text-decoration-line-through";
      small.textContent += ` · ${root.dataset.undone}`;
      return count("done", -1);
    }
    row.className = "";
    count("done", 1);
    if (values.step !== "receive" && values.step !== "scrap" && !values.sim_of) {
      button(row, root.dataset.undo, () => run(row, { code: said.serial, step: "undo", command: crypto.randomUUID() }));
    }
  }

  root.querySelector("[data-bench-scan]").addEventListener("submit", (event) => {
    event.preventDefault();
    const code = input.value.trim();
    input.value = "";
    input.focus();
    if (!code) return;
    const step = form.elements.step.value;
    const values = { code, step, command: crypto.randomUUID() };
    for (const field of form.querySelectorAll("[data-belongs] [name]")) values[field.name] = field.value;
    if (step === "stage" && SIM.test(code) && last) values.sim_of = last;
    else last = code;
    run(line(code), values);
  });
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
  input.focus();
}

document.querySelectorAll("[data-bench]").forEach(bench);
