// Says something that went wrong in #notices (templates/components/messages.html).
export function notice(sentence) {
  const region = document.getElementById("notices");
  if (!region || !sentence) return;
  document.getElementById("request-notice")?.remove();
  const alert = document.createElement("div");
  alert.id = "request-notice";
  alert.className = "alert alert-danger";
  alert.setAttribute("role", "alert");
  alert.textContent = sentence;
  region.prepend(alert);
  alert.scrollIntoView({ block: "nearest" });
}
