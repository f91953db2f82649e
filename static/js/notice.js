// Says something that went wrong in #notices, a live region of the base template.
export function notice(sentence) {
  const region = document.getElementById("notices");
  if (!region || !sentence) return;
  const alert = document.createElement("div");
  alert.className = "alert alert-danger";
  alert.setAttribute("role", "alert");
  alert.textContent = sentence;
  region.replaceChildren(alert);
  alert.scrollIntoView({ block: "nearest" });
}
