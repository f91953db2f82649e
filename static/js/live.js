// #live[data-live=seconds] is fetched again from its own page as long as the new one says data-live too.
// [data-live-said], outside of it, tells a screen reader when the heading has changed.
async function refresh(live) {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return location.reload(); // the link has expired: show what the server says about it
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("live");
  if (!next) return;
  const before = live.querySelector("h1").textContent;
  const focused = document.activeElement?.id;
  live.replaceWith(next);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const now = next.querySelector("h1").textContent;
  if (now !== before) {
    document.title = page.title;
    document.querySelector("[data-live-said]").textContent = now;
  }
}

async function keepFresh() {
  const live = document.querySelector("#live[data-live]");
  if (!live) return;
  const isSeen = document.visibilityState === "visible";
  if (isSeen) await refresh(live).catch(() => {}); // offline: the next round tries again
  setTimeout(keepFresh, live.dataset.live * 1000);
}

const first = document.querySelector("#live[data-live]");
if (first) {
  setTimeout(keepFresh, first.dataset.live * 1000);
  document.addEventListener("visibilitychange", () => {
    const live = document.querySelector("#live[data-live]");
    if (live && document.visibilityState === "visible") refresh(live).catch(() => {});
  });
}
