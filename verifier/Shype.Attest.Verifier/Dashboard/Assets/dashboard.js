// Pages work without this. With it, what is marked data-live follows the verifier, and a digest that is reached is selected whole.
"use strict";
(() => {
  const quick = 5000, slow = 30000;
  const status = document.querySelector("[data-live-status]");
  const announce = document.getElementById("announce");
  let last = null, fetched = Date.now(), stopped = false;

  const say = (text, wrong) => {
    if (status) {
      status.textContent = text;
      status.classList.toggle("wrong", Boolean(wrong));
    }
  };

  const wayTo = (element) => {
    const id = element.closest("[id]")?.id;
    return element.id ? `#${CSS.escape(element.id)}` : element.hasAttribute("href") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : id ? `#${CSS.escape(id)}` : null;
  };

  const follow = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { accept: "text/html" } });
    if (answer.redirected) {
      stopped = true;
      say(" · signed out: reload to sign in again", true);
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
      if (!next || next.outerHTML === region.outerHTML) continue;
      const focused = region.contains(document.activeElement) ? document.activeElement : null;
      const way = focused && wayTo(focused);
      if (region.dataset.state !== next.dataset.state) announce.textContent = `The state is now ${next.dataset.state}.`;
      region.replaceWith(next);
      if (way) next.querySelector(way)?.focus({ preventScroll: true });
    }
    document.querySelector(".foot time")?.replaceWith(fresh.querySelector(".foot time"));
    fetched = Date.now();
  };

  const look = async () => {
    if (stopped || document.hidden) return;
    try {
      const answer = await fetch("/dashboard/changes", { credentials: "same-origin" });
      if (answer.redirected) return await follow();
      if (!answer.ok) throw new Error(String(answer.status));
      const now = (await answer.text()).trim();
      if ((last !== null && now !== last) || Date.now() - fetched > slow) await follow();
      last = now;
      if (!stopped) say(" · live");
    } catch {
      say(" · not live: the verifier does not answer", true);
    }
  };

  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(".digest")) getSelection().selectAllChildren(event.target);
  });

  if (document.querySelector("[data-live]")) {
    look();
    setInterval(look, quick);
    document.addEventListener("visibilitychange", look);
  }
})();
