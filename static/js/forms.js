// What every form has: focus goes to what went wrong, long texts count themselves, and a form
// that is on its way is not sent a second time by an impatient finger.
document.addEventListener("DOMContentLoaded", () => {
  const alert = document.querySelector("[data-focus]");
  if (alert) alert.focus();
  for (const area of document.querySelectorAll("textarea[data-count]")) {
    const counter = document.querySelector(`[data-counter-of="${area.id}"]`);
    const language = document.documentElement.lang;
    const show = () => { counter.textContent = area.value.length.toLocaleString(language); };
    area.addEventListener("input", show);
  }
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
    });
  }
  // A file that is too large would be refused only after it has gone all the way.
  for (const input of document.querySelectorAll("input[type=file][data-most]")) {
    input.addEventListener("change", () => {
      const large = [...input.files].find((file) => file.size > Number(input.dataset.most));
      input.setCustomValidity(large ? input.dataset.tooLarge.replace("{name}", large.name) : "");
      input.reportValidity();
    });
  }
  // A page shown again by the browser's Back button can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("[data-copied]").hidden = false;
    });
  }
  // Words are put where they are wanted, after what stands there already.
  for (const button of document.querySelectorAll("[data-fill]")) {
    const area = document.getElementById(button.dataset.fill);
    button.hidden = false;
    button.addEventListener("click", () => {
      const before = area.value.trimEnd();
      area.value = before ? `${before}\n${button.dataset.words}` : button.dataset.words;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});
