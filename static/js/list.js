// List pages. The rows may have been filtered anew since the page came: what is shown, exported or saved as a view is
// what the address says now.
const now = () => {
  const params = new URLSearchParams(location.search);
  params.delete("page");
  return params;
};

// Chosen columns go into the address as one parameter.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-columns]");
  if (!form) return;
  event.preventDefault();
  const params = now();
  const boxes = [...form.querySelectorAll("input[name=column]:checked")].map((box) => box.value);
  if (boxes.length) params.set("columns", boxes.join(","));
  else params.delete("columns");
  location.search = params.toString();
});

document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[data-export]");
  if (!link) return;
  const params = now();
  params.set("export", link.dataset.export);
  link.search = params;
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.matches("form[data-save-view]")) detail.parameters.query = now().toString();
});
