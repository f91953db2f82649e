// <button data-share="said when copied" hidden>: hands the page's address to the phone's share sheet, else copies it.
const button = document.querySelector("[data-share]");
if (button && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) return await navigator.share({ title: document.title, url: location.href });
      await navigator.clipboard.writeText(location.href);
      button.querySelector("span").textContent = button.dataset.share;
    } catch {
      // the person closed the share sheet
    }
  });
}
