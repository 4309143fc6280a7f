// The plan's pages: branches of the index that are loaded when they are opened, arrows through it,
// the link to a comma. Without this file each of them is a link to a page.
document.addEventListener("DOMContentLoaded", () => {
  const tree = document.querySelector("[data-tree]");

  const load = async (details) => {
    const address = details.dataset.branch;
    const place = details.querySelector(":scope > :not(summary)");
    delete details.dataset.branch;
    details.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceWith(page.querySelector("ul"));
    } catch {
      details.dataset.branch = address;
      place.querySelector("a").textContent = tree.dataset.failed;
    }
    details.removeAttribute("aria-busy");
  };
  const shown = () => [...tree.querySelectorAll("a")].filter((a) => !a.closest("details:not([open])"));
  const beside = (link, step) => {
    const links = shown();
    return links[links.indexOf(link) + step];
  };
  const outer = (item) => item.parentElement.closest("li")?.querySelector(":scope > a");
  const moves = {
    ArrowDown: (item, link) => beside(link, 1),
    ArrowUp: (item, link) => beside(link, -1),
    Home: () => shown()[0],
    End: () => shown().at(-1),
    ArrowRight: (item, link, details) => {
      if (!details) return null;
      if (details.open) return details.querySelector("a");
      details.open = true;
      return link;
    },
    ArrowLeft: (item, link, details) => {
      if (!details?.open) return outer(item);
      details.open = false;
      return link;
    },
  };
  if (tree) {
    tree.addEventListener("toggle", (event) => {
      if (event.target.open && event.target.dataset.branch) load(event.target);
    }, true);
    tree.addEventListener("keydown", (event) => {
      const item = event.target.closest("li");
      if (!item || !moves[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      const details = item.querySelector(":scope > details");
      const to = moves[event.key](item, item.querySelector("a"), details);
      event.preventDefault();
      to?.focus();
    });
  }

  for (const link of document.querySelectorAll("[data-link]")) {
    link.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
      } catch {
        return; // the address bar has it now
      }
      const said = document.createElement("span");
      said.setAttribute("role", "status");
      link.after(said);
      said.textContent = link.dataset.copied;
      setTimeout(() => said.remove(), 4000);
    });
  }
});
