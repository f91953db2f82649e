import htmx from "htmx.org";
import { csrfToken } from "./csrf.js";
import { notice } from "./notice.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false, // they are in base.css: the policy allows no inline style sheet
  historyCacheSize: 0, // personal pages do not stay in the browser's storage
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true }, // a form with its errors
    { code: "...", swap: false, error: true },
  ],
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrfToken();
});

// A session that ended answers with the login page: show all of it, not a fragment of a page around it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!xhr.responseURL || !document.body.dataset.login) return;
  if (new URL(xhr.responseURL).pathname === document.body.dataset.login) {
    event.preventDefault();
    location.reload();
  }
});

// A refusal carries its sentence; anything else is said in the page's own words.
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
  notice(answer.querySelector("[data-refusal]")?.textContent.trim() || document.body.dataset.requestFailed);
});
document.addEventListener("htmx:sendError", () => notice(document.body.dataset.requestFailed));
