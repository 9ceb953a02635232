// Enhancements. Every page does its work without this file.
(() => {
  "use strict";
  const root = document.documentElement;

  // Things that only a script can do are in the page with data-script, and
  // shown once there is one.
  const reveal = (within) => {
    for (const el of within.querySelectorAll("[data-script][hidden]")) el.hidden = false;
  };

  // The outcome is where the eye and the screen reader should be: faults
  // first, else the heading that a swap asks for.
  const attend = (within) => {
    const target = within.querySelector("[data-attend]");
    if (target) target.focus();
  };

  // The field stays chosen, so that who is refused the clipboard copies by hand.
  const copy = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    if (!field) return;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return;
    }
    const announce = document.getElementById("announce");
    if (announce) announce.textContent = button.dataset.copied;
    button.textContent = button.dataset.copied;
  };

  document.addEventListener("click", (e) => {
    if (!(e.target instanceof Element)) return;
    if (e.target.closest("[data-print]")) window.print();
    const copier = e.target.closest("[data-copy]");
    if (copier) copy(copier);
  });

  // A second press shortly after the first does nothing, since that one is on
  // its way; later it counts, for the first may have been stopped. The button
  // stays focusable and is not disabled, so that its value is sent and nobody
  // loses their place.
  const patience = 5000;
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.hasAttribute("hx-post")) return;
    if (form.dataset.sent && Date.now() - form.dataset.sent < patience) {
      e.preventDefault();
      return;
    }
    form.dataset.sent = Date.now();
    if (e.submitter) e.submitter.setAttribute("aria-busy", "true");
  });

  // Back from the next page, possibly out of the browser's cache.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const b of form.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
    }
  });

  // Print with everything unfolded, and fold it again.
  window.addEventListener("beforeprint", () => {
    for (const d of document.querySelectorAll("details:not([open])")) {
      d.open = true;
      d.dataset.printed = "yes";
    }
  });
  window.addEventListener("afterprint", () => {
    for (const d of document.querySelectorAll("details[data-printed]")) {
      d.open = false;
      delete d.dataset.printed;
    }
  });

  // Straight after an answer the browser goes back to the supplier, by the link
  // that stands on the page, unless the person stops it or does anything else.
  // The address loses what asked for it first, so that neither a reload nor the
  // way back begins it anew.
  const goBack = (box) => {
    const link = document.getElementById(box.dataset.returning);
    const text = box.querySelector("[data-count]");
    const here = new URL(location.href);
    if (!link || !text || !here.searchParams.has("returning")) return;
    here.searchParams.delete("returning");
    history.replaceState(history.state, "", here);
    box.hidden = false;
    const announce = document.getElementById("announce");
    if (announce) announce.textContent = text.textContent;
    const lines = text.dataset.count.split("\n");
    let at = 0;
    let timer = setInterval(() => {
      at += 1;
      if (at < lines.length) {
        text.textContent = lines[at];
        return;
      }
      clearInterval(timer);
      location.assign(link.href);
    }, 1000);
    const stop = () => {
      if (!timer) return;
      clearInterval(timer);
      timer = 0;
      text.textContent = box.dataset.stopped;
      box.querySelector("[data-stop]").hidden = true;
      if (announce) announce.textContent = box.dataset.stopped;
    };
    document.addEventListener("keydown", stop, { once: true });
    document.addEventListener("pointerdown", stop, { once: true });
    window.addEventListener("pageshow", (e) => { if (e.persisted) stop(); });
    box.querySelector("[data-stop]").addEventListener("click", stop);
  };

  document.addEventListener("htmx:afterSwap", (e) => {
    reveal(document);
    if (e.target instanceof Element) attend(e.target);
  });

  root.dataset.scripted = "yes";
  reveal(document);
  attend(document);
  for (const box of document.querySelectorAll("[data-returning]")) goBack(box);
})();
