// Keeps the draft while it is being written: five seconds after the last key, and on leaving a
// field, or when the page goes out of sight. Without script the draft is kept by every button of the form.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-autosave]");
  const status = document.querySelector("[data-saved]");
  if (!form || !status) return;
  let timer = null;
  let last = null;

  const fields = () => {
    const data = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") data.append(name, value);  // files go with a button
    }
    return data;
  };
  const text = () => new URLSearchParams([...fields()]).toString();
  last = text();

  const save = async (leaving = false) => {
    clearTimeout(timer);
    const now = text();
    if (now === last || form.dataset.sent) return;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: fields(), keepalive: leaving });
      if (!answer.ok) throw new Error(String(answer.status));
      status.textContent = (await answer.json()).message;
      last = now;
    } catch {
      status.textContent = form.dataset.failed;
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => save(), 5000); });
  form.addEventListener("focusout", () => save());
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
});
