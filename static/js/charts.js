// <div data-chart="id"> draws the plotly figure in <script type="application/json" id="id">.
// A point whose customdata is (or begins with) an address of this site opens it.
import "./charts_styles.js"; // before plotly
import bar from "plotly.js/lib/bar";
import Plotly from "plotly.js/lib/core";
import funnel from "plotly.js/lib/funnel";
import heatmap from "plotly.js/lib/heatmap";
import indicator from "plotly.js/lib/indicator";
import chinese from "plotly.js/lib/locales/zh-cn";
import pie from "plotly.js/lib/pie";
import { colour } from "./colour.js";
import { jsonOf, onPage } from "./on_page.js";

// Its short months are bare numerals, its days those of English.
const format = {
  ...chinese.format,
  shortMonths: Array.from({ length: 12 }, (_, month) => `${month + 1}月`),
  year: "%Y年",
  month: "%Y年%b",
  dayMonth: "%b%-d日",
  dayMonthYear: "%Y年%b%-d日",
};

Plotly.register([bar, funnel, heatmap, indicator, pie, { ...chinese, format }]);

function template() {
  const line = colour("border-color");
  const axis = { automargin: true, gridcolor: line, linecolor: line, zerolinecolor: line };
  return {
    layout: {
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colour("body-color"), family: getComputedStyle(document.body).fontFamily },
      colorway: ["blue", "orange", "teal", "purple", "red", "green", "yellow", "cyan"].map(colour),
      hoverlabel: { bgcolor: colour("bg-surface"), font: { color: colour("body-color") } },
      margin: { l: 40, r: 8, t: 8, b: 40 },
      xaxis: axis,
      yaxis: axis,
    },
  };
}

function draw(element) {
  const { data, layout } = jsonOf(element.dataset.chart);
  const locale = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
  const config = { responsive: true, displayModeBar: false, locale };
  return Plotly.react(element, data, { ...layout, template: template() }, config);
}

onPage("[data-chart]", async (element) => {
  await draw(element);
  element.on("plotly_click", ({ points: [point] }) => {
    const address = [point.customdata].flat()[0];
    if (typeof address === "string" && address.startsWith("/") && !address.startsWith("//")) location.assign(address);
  });
});

document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  if (target.matches?.("[data-chart]")) Plotly.purge(target);
});
const redraw = () => document.querySelectorAll("[data-chart]").forEach(draw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
