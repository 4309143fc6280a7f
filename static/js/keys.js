// Keys of the office. Never while typing; each key has its visible control.
document.addEventListener("DOMContentLoaded", () => {
  // A list's address, filter included, is remembered: the way back leads to the list as it was.
  const list = document.querySelector("[data-list]");
  if (list) sessionStorage.setItem(`list ${location.pathname}`, location.href);
  for (const link of document.querySelectorAll("a[data-back]")) {
    link.href = sessionStorage.getItem(`list ${link.pathname}`) ?? link.href;
  }
  const rows = [...document.querySelectorAll("[data-rows] > tr")];
  let at = rows.findIndex((row) => row.querySelector("a")?.getAttribute("href") === sessionStorage.getItem("cursor"));
  const mark = () => rows.forEach((row, index) => row.classList.toggle("cursor", index === at));
  mark();
  const move = (step) => {
    if (!rows.length) return;
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    mark();
    rows[at].querySelector("a").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.focus(); if (target.tagName === "A") target.click(); }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
  });
  for (const row of rows) {
    row.querySelector("a")?.addEventListener("click", (event) => {
      sessionStorage.setItem("cursor", event.currentTarget.getAttribute("href"));
    });
  }
});
