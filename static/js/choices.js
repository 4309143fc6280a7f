// Choosing among many stakeholders: find by name, and take a whole group at once.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-choices]");
  if (!box) return;
  const find = box.querySelector("[data-find]");
  const count = box.querySelector("[data-chosen]");
  const tell = () => { count.textContent = box.querySelectorAll("input[type=checkbox]:checked").length; };
  find.closest("[hidden]").hidden = false;
  // Finding is not sending: the form around it is still being filled in.
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  find.addEventListener("input", () => {
    const words = find.value.toLowerCase();
    for (const group of box.querySelectorAll("details")) {
      let shown = 0;
      for (const item of group.querySelectorAll("[data-name]")) {
        item.hidden = !item.dataset.name.toLowerCase().includes(words);
        shown += !item.hidden;
      }
      group.hidden = !shown;
      group.open = Boolean(words && shown);
    }
  });
  for (const button of box.querySelectorAll("[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      // What the search hides is not seen, so it is not chosen either.
      const items = [...button.closest("details").querySelectorAll("[data-name]:not([hidden]) input")];
      const all = items.every((item) => item.checked);
      items.forEach((item) => { item.checked = !all; });
      tell();
    });
  }
  box.addEventListener("change", tell);
  tell();
});
