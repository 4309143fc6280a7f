// The map of the Comuni is one stop of Tab, walked with the arrows; rows of a table answer it.
document.addEventListener("DOMContentLoaded", () => {
  const KEYS = ["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"];
  for (const box of document.querySelectorAll("[data-map]")) {
    const places = [...box.querySelectorAll("path[data-place]")];
    const of = (code) => places.find((place) => place.dataset.place === code);
    const outline = box.querySelector("[data-here]");
    const now = box.parentElement.querySelector("[data-now]");
    let at = of(box.dataset.start) ?? places[0];
    if (!at) continue;
    const mark = (place) => {
      outline.setAttribute("d", place ? place.getAttribute("d") : "");
      for (const row of document.querySelectorAll("tr[data-place]")) {
        row.classList.toggle("here", row.dataset.place === place?.dataset.place);
      }
    };
    const show = (place) => {
      mark(place);
      now.textContent = place ? place.querySelector("title").textContent : "";
    };
    const rest = () => show(document.activeElement === box ? at : null);
    const go = (place) => { at = place; show(at); };

    box.tabIndex = 0;
    // An image takes no arrows from whoever listens to the page; an application does.
    box.setAttribute("role", "application");
    box.setAttribute("aria-roledescription", box.dataset.role);
    box.setAttribute("aria-label", box.dataset.label);
    box.setAttribute("aria-describedby", box.dataset.hint);
    now.hidden = false;
    document.getElementById(box.dataset.hint).hidden = false;

    box.addEventListener("focus", () => show(at));
    box.addEventListener("blur", () => show(null));
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = KEYS.indexOf(event.key);
      if (way >= 0) go(of(at.dataset.near.split(",")[way]) ?? at);
      else if (event.key === "Home") go(places[0]);
      else if (event.key === "End") go(places[places.length - 1]);
      else if (event.key === "Enter") {
        if (at.dataset.leads) location.assign(at.dataset.leads);
        else now.textContent = `${at.querySelector("title").textContent}. ${box.dataset.nothing}`;
      }
      else if (event.key === "Escape") { box.blur(); return; }
      else return;
      event.preventDefault();
    });
    for (const place of places) {
      place.classList.toggle("leads", Boolean(place.dataset.leads));
      place.addEventListener("pointerenter", () => show(place));
      place.addEventListener("pointerleave", rest);
      place.addEventListener("pointerdown", () => { at = place; });
      place.addEventListener("click", () => {
        if (place.dataset.leads) location.assign(place.dataset.leads);
      });
    }
    for (const row of document.querySelectorAll("tr[data-place]")) {
      const place = of(row.dataset.place);
      row.addEventListener("pointerenter", () => mark(place));
      row.addEventListener("pointerleave", rest);
      row.addEventListener("focusin", () => mark(place));
      row.addEventListener("focusout", rest);
    }
  }
});
