// List pages: chosen columns go into the address as one parameter.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-columns]");
  if (!form) return;
  event.preventDefault();
  const params = new URLSearchParams(location.search);
  const boxes = [...form.querySelectorAll("input[name=column]:checked")].map((box) => box.value);
  params.delete("page");
  if (boxes.length) params.set("columns", boxes.join(","));
  else params.delete("columns");
  location.search = params.toString();
});
