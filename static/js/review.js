// The documents of a merchant, one by one. [data-picture] zooms (wheel, double click, buttons), is dragged, and turns.
// [data-key="a"] is pressed by that key: buttons and links are clicked, details opened; not while somebody types.
const ZOOM = { in: 1.4, out: 1 / 1.4 };
const MOST = 8;
const KEYS = { "+": "in", "=": "in", "-": "out", t: "turn", 0: "fit" };
const views = [];

function view(figure) {
  const stage = figure.querySelector(".review-stage");
  const picture = stage.querySelector("img");
  let [scale, angle, x, y] = [1, 0, 0, 0];

  function show() {
    const isLying = angle % 180 !== 0;
    const fit = isLying ? Math.min(1, stage.clientWidth / picture.clientHeight, stage.clientHeight / picture.clientWidth) : 1;
    picture.style.transform = `translate(${x}px, ${y}px) rotate(${angle}deg) scale(${scale * fit})`;
    stage.classList.toggle("zoomed", scale > 1);
  }

  function zoom(factor, at = { x: 0, y: 0 }) {
    const next = Math.min(MOST, Math.max(1, scale * factor));
    const ratio = next / scale;
    [x, y] = next === 1 ? [0, 0] : [at.x - (at.x - x) * ratio, at.y - (at.y - y) * ratio];
    scale = next;
    show();
  }

  const fromMiddle = ({ clientX, clientY }) => {
    const box = stage.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const act = (how) => {
    if (how === "turn") angle = (angle + 90) % 360;
    if (how === "turn" || how === "fit") [scale, x, y] = [1, 0, 0];
    if (how === "fit") angle = 0;
    zoom(ZOOM[how] ?? 1);
  };

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, fromMiddle(event));
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => (scale > 1 ? act("fit") : zoom(2.5, fromMiddle(event))));
  stage.addEventListener("pointerdown", (event) => {
    if (scale > 1) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!stage.hasPointerCapture(event.pointerId)) return;
    [x, y] = [x + event.movementX, y + event.movementY];
    show();
  });
  for (const button of figure.querySelectorAll("[data-view]")) button.addEventListener("click", () => act(button.dataset.view));
  views.push(act);
}

function press(element) {
  if (element.matches("details")) {
    element.open = true;
    return element.querySelector("input[type=radio]").focus();
  }
  const number = element.form?.elements.number;
  if (number && !number.value && !number.placeholder) return number.focus();
  element.click();
}

document.querySelectorAll("[data-picture]").forEach(view);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [role=menu], .dropdown-menu")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (element) press(element);
  else if (key in KEYS) views.forEach((act) => act(KEYS[key]));
  else return;
  event.preventDefault();
});
