// What a mark of a picture tells under the pointer, it tells by keys and by touch as well. Without this script the
// pointer tells it, and the table beside the picture.
(() => {
  "use strict";
  const PICTURE = "svg[role='img']";
  const marksOf = (picture) => [...picture.querySelectorAll("title")].map((title) => title.parentNode).filter((mark) => mark !== picture);
  const told = (mark) => mark.querySelector(":scope > title").textContent;
  let tip = null;

  function hide() {
    tip?.remove();
    tip = null;
    document.querySelector(".is-told")?.classList.remove("is-told");
  }

  function show(mark) {
    hide();
    mark.classList.add("is-told");
    tip = document.createElement("p");
    tip.className = "tip";
    tip.setAttribute("aria-hidden", "true"); // who hears the page hears it from what has the focus
    tip.textContent = told(mark);
    mark.closest("svg").before(tip);
    tip.scrollIntoView({ block: "nearest" });
  }

  // One stop for the whole picture, and the arrow keys go from mark to mark: that is what a slider does.
  function prepare(picture) {
    const marks = marksOf(picture);
    if (!marks.length || picture.nextElementSibling?.matches(".picture-keys")) return;
    const keys = document.createElement("input");
    const heading = picture.closest("section")?.querySelector("h2, h3")?.firstChild.textContent ?? document.title.split(" – ")[0];
    Object.assign(keys, { type: "range", className: "picture-keys", min: 0, max: marks.length - 1, value: picture.dataset.here ?? 0 });
    keys.setAttribute("aria-label", `${heading.trim()} – ${document.body.dataset.figures}`);
    const move = () => {
      const mark = marks[keys.value];
      keys.setAttribute("aria-valuetext", told(mark));
      if (document.activeElement === keys) show(mark);
    };
    keys.addEventListener("focus", move);
    keys.addEventListener("input", move);
    move();
    picture.after(keys);
  }

  document.addEventListener("htmx:load", (event) => event.target.querySelectorAll(PICTURE).forEach(prepare));
  document.addEventListener("focusin", (event) => { if (event.target.matches(".tile-map a")) show(event.target); });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("svg :has(> title)");
    if (mark) show(mark); else hide();
  });
})();
