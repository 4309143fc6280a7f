// Choosing words on an article's page: a small bar under them leads to the form with the words.
// By dragging; by a click or a tap on the first word and then on the last; or by keyboard, from a
// comma that has the focus.
document.addEventListener("DOMContentLoaded", () => {
  const bar = document.getElementById("azioni");
  if (!bar) return;
  const link = bar.querySelector("[data-observe]");
  const said = document.querySelector("[data-chosen]");
  const picker = document.querySelector("[data-pick-words]");
  const bottom = document.querySelector("[data-observe-bar]");
  const say = document.querySelector("[data-say]");
  const stop = document.querySelector("[data-pick-stop]");
  const plain = bottom && { href: bottom.getAttribute("href"), text: bottom.textContent };
  const parts = [...document.querySelectorAll(".ptm-article [data-section]")]
    .filter((part) => part.querySelector("[data-words]"));
  const selection = document.getSelection();
  const whole = (part) => {
    const address = new URL(link.href);
    address.search = new URLSearchParams({ sezione: part.dataset.section });
    return address;
  };

  const wordsOf = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)
    .closest("[data-words]");
  const around = (words, range, after) => {
    const side = document.createRange();
    side.selectNodeContents(words);
    if (after) side.setStart(range.endContainer, range.endOffset);
    else side.setEnd(range.startContainer, range.startOffset);
    return after ? side.toString().slice(0, 40) : side.toString().slice(-40);
  };
  const chosen = () => {
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = wordsOf(range.startContainer);
    const text = selection.toString().replace(/\s+/g, " ").trim();
    if (!start || start !== wordsOf(range.endContainer) || text.length < 2 || text.length > 2000) {
      return null;
    }
    return {
      section: start.closest("[data-section]"), words: text,
      before: around(start, range, false), after: around(start, range, true),
    };
  };
  // On a phone the bar at the bottom, which is always in sight, says it too.
  let picking = null;
  const tell = (text) => {
    said.textContent = text;
    say.textContent = text;
    say.hidden = stop.hidden = !text;
  };
  const show = () => {
    const found = chosen();
    bar.hidden = !found;
    if (picking) tell(picking.first ? picker.dataset.last : picker.dataset.first);
    else tell(found ? `${said.dataset.chosen} «${found.words}»` : "");
    if (!found) {
      if (plain) { bottom.setAttribute("href", plain.href); bottom.textContent = plain.text; }
      return;
    }
    const address = new URL(link.href);
    address.search = new URLSearchParams({
      sezione: found.section.dataset.section,
      parole: found.words, prima: found.before, dopo: found.after,
    });
    link.href = address;
    found.section.after(bar);
    if (plain) { bottom.href = address; bottom.textContent = bottom.dataset.wordsLabel; }
  };
  document.addEventListener("selectionchange", () => requestAnimationFrame(show));

  // Words as places in the text: where each begins and ends.
  const textNodes = (words) => {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  };
  const placesOf = (words) => textNodes(words).flatMap((node) =>
    [...node.data.matchAll(/\S+/g)].map((m) => ({ node, start: m.index, end: m.index + m[0].length })));
  const select = (from, to) =>
    selection.setBaseAndExtent(from.node, from.start, to.node, to.end);

  // One word, then another: no dragging, so that whoever cannot drag chooses all the same.
  const wordAt = (event) => {
    const found = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(event.clientX, event.clientY)
      : document.caretRangeFromPoint(event.clientX, event.clientY);
    if (!found) return null;
    const node = found.offsetNode || found.startContainer;
    const offset = found.offset ?? found.startOffset;
    const words = node.nodeType === Node.TEXT_NODE ? wordsOf(node) : null;
    if (!words) return null;
    const places = placesOf(words);
    const index = places.findIndex((p) => p.node === node && offset >= p.start && offset <= p.end);
    return index < 0 ? null : { words, places, index };
  };
  const article = document.querySelector(".ptm-article");
  const pick = (state) => {
    picking = state;
    picker.setAttribute("aria-pressed", String(Boolean(state)));
    article.classList.toggle("picking", Boolean(state));
  };
  const giveUp = () => { pick(null); selection.removeAllRanges(); show(); };
  picker.hidden = false;
  picker.addEventListener("click", () => {
    if (picking) { giveUp(); return; }
    selection.removeAllRanges();
    pick({ first: null });
    show();
    if (article.getBoundingClientRect().top < 0) article.scrollIntoView();
  });
  stop.addEventListener("click", giveUp);
  article.addEventListener("click", (event) => {
    if (!picking) return;
    const word = wordAt(event);
    if (!word) return;
    event.preventDefault();
    const { first } = picking;
    if (!first || first.words !== word.words) {
      picking.first = word;
      select(word.places[word.index], word.places[word.index]);
      return;
    }
    const [from, to] = [first.index, word.index].sort((a, b) => a - b);
    pick(null);
    select(word.places[from], word.places[to]);
    show(); // a single word, touched twice, is selected already
  });

  // The commi are one stop of Tab: arrows up and down walk them, right and left a word in them,
  // Shift with these takes words in, «o» speaks of the comma whole, Enter of what is chosen.
  let cursor = null;
  const focusOn = (part) => {
    parts.forEach((other) => { other.tabIndex = other === part ? 0 : -1; });
    part.focus();
  };
  const walk = (part, event) => {
    const places = placesOf(part.querySelector("[data-words]"));
    if (!places.length) return;
    const step = event.key === "ArrowRight" ? 1 : -1;
    const inside = cursor && cursor.part === part;
    const last = places.length - 1;
    const bounded = (n) => Math.min(last, Math.max(0, n));
    if (!inside) cursor = { part, from: 0, to: 0 };
    else if (event.shiftKey) cursor.to = bounded(cursor.to + step);
    else cursor.from = cursor.to = bounded(cursor.to + step);
    const [from, to] = [cursor.from, cursor.to].sort((a, b) => a - b);
    select(places[from], places[to]);
  };
  const keys = {
    ArrowDown: (part) => focusOn(parts[Math.min(parts.length - 1, parts.indexOf(part) + 1)]),
    ArrowUp: (part) => focusOn(parts[Math.max(0, parts.indexOf(part) - 1)]),
    ArrowRight: walk,
    ArrowLeft: walk,
    o: (part) => { location.href = whole(part); },
    // What is chosen at this moment: the link follows a frame later.
    Enter: (part) => { show(); location.href = chosen() ? link.href : whole(part); },
    Escape: () => { cursor = null; selection.removeAllRanges(); },
  };
  parts.forEach((part, index) => {
    part.tabIndex = index ? -1 : 0;
    part.setAttribute("aria-describedby", "tasti-parole");
    part.addEventListener("keydown", (event) => {
      const act = event.target === part && !event.ctrlKey && !event.metaKey && !event.altKey
        && keys[event.key];
      if (!act) return;
      event.preventDefault();
      act(part, event);
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && picking) giveUp();
  });
});
