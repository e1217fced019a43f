// Keys, the brush over the plot of days, and buttons that copy. Every page works without.
"use strict";

document.documentElement.classList.add("htmx");

function results() {
  return [...document.querySelectorAll(".result")];
}

function step(by) {
  const all = results();
  if (!all.length) return;
  const now = all.findIndex((one) => one.classList.contains("current"));
  const next = Math.min(Math.max(now + by, 0), all.length - 1);
  all.forEach((one) => one.classList.remove("current"));
  all[next].classList.add("current");
  all[next].querySelector("a").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const keys = {
    "/": () => document.querySelector("#q") ? document.querySelector("#q").focus() : (location.href = "/"),
    j: () => step(1),
    k: () => step(-1),
    o: () => { const link = document.querySelector(".result.current a"); if (link) link.click(); },
    d: () => { const link = document.querySelector('[data-key="d"]'); if (link) link.click(); },
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

document.addEventListener("input", (event) => {
  const shown = event.target.dataset && event.target.dataset.shown;
  if (shown) document.getElementById(shown).textContent = event.target.value;
});

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
  });
}

// Dragging over the plot chooses days: the form is sent with them.
let brush = null;

function place(svg, event) {
  const box = svg.getBoundingClientRect();
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
}

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest && event.target.closest(".plot svg");
  if (!svg || event.button !== 0 || event.pointerType === "touch") return;
  brush = { svg, start: place(svg, event), rect: null };
});

document.addEventListener("dragstart", (event) => {
  if (brush) event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!brush) return;
  const now = place(brush.svg, event);
  if (!brush.rect) {
    if (Math.abs(now - brush.start) < 0.01) return;
    brush.rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    brush.rect.setAttribute("class", "brush");
    brush.rect.setAttribute("y", "0");
    brush.rect.setAttribute("height", "96");
    brush.svg.append(brush.rect);
  }
  brush.rect.setAttribute("x", String(720 * Math.min(now, brush.start)));
  brush.rect.setAttribute("width", String(720 * Math.abs(now - brush.start)));
});

document.addEventListener("pointerup", (event) => {
  const done = brush;
  brush = null;
  if (!done || !done.rect) return;
  const first = Date.parse(done.svg.dataset.first);
  const days = Math.round((Date.parse(done.svg.dataset.last) - first) / 86400000) + 1;
  const ends = [done.start, place(done.svg, event)].sort((a, b) => a - b);
  const day = (share) => {
    const number = Math.min(Math.floor(share * days), days - 1);
    return new Date(first + number * 86400000).toISOString().slice(0, 10);
  };
  const form = document.querySelector("form.search");
  if (!form) return;
  form.elements.since.value = day(ends[0]);
  form.elements.until.value = day(ends[1]);
  addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
  form.requestSubmit();
});
