// Choosing words on an article's page: a small bar under them leads to the form with the words.
document.addEventListener("DOMContentLoaded", () => {
  const bar = document.getElementById("azioni");
  if (!bar) return;
  const link = bar.querySelector("[data-observe]");
  const bottom = document.querySelector("[data-observe-bar]");
  const plain = bottom && { href: bottom.getAttribute("href"), text: bottom.textContent };

  const chosen = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = range.startContainer.parentElement.closest("[data-words]");
    const end = range.endContainer.parentElement.closest("[data-words]");
    const words = selection.toString().replace(/\s+/g, " ").trim();
    if (!start || start !== end || words.length < 3 || words.length > 2000) return null;
    const before = document.createRange();
    before.setStart(start, 0);
    before.setEnd(range.startContainer, range.startOffset);
    return { section: start.closest("[data-section]"), words, before: before.toString().slice(-40) };
  };
  const show = () => {
    const found = chosen();
    bar.hidden = !found;
    if (!found) {
      if (plain) { bottom.setAttribute("href", plain.href); bottom.textContent = plain.text; }
      return;
    }
    const address = new URL(link.href);
    address.search = new URLSearchParams({
      sezione: found.section.dataset.section, parole: found.words, prima: found.before,
    });
    link.href = address;
    found.section.after(bar);
    if (plain) { bottom.href = address; bottom.textContent = bottom.dataset.wordsLabel; }
  };
  document.addEventListener("selectionchange", () => requestAnimationFrame(show));
});
