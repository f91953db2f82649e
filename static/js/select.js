// <select data-search> gets a search box; with data-search="/url/" the choices come from there as [{value, text}].
import TomSelect from "tom-select/base";
import clearButton from "tom-select/plugins/clear_button/plugin.js";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { onPage } from "./on_page.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

onPage("select[data-search]", (select) => {
  const url = select.dataset.search;
  const load = async (typed, done) => {
    const answer = await fetch(`${url}?${new URLSearchParams({ q: typed })}`, { headers: { Accept: "application/json" } });
    done(answer.ok ? await answer.json() : []);
  };
  new TomSelect(select, {
    plugins: [select.multiple ? "remove_button" : "clear_button"],
    maxOptions: null,
    onInitialize: () => select.setAttribute("aria-hidden", "true"), // its label names the search box now
    ...(url && { load, valueField: "value", labelField: "text", searchField: [] }),
  });
});
