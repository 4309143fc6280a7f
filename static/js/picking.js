// Selecting in the worklist: each tick is kept at once, the box above ticks the page, X the row
// under the cursor. Without script every button of the form keeps what is ticked.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-picking]");
  if (!form) return;
  const bar = form.querySelector(".ptm-bulk");
  const said = form.querySelector("[data-picked]");
  const boxes = [...form.querySelectorAll("input[name=pick]")];
  const all = form.querySelector("[data-pick-all]");
  all.removeAttribute("name"); // here it only shows and changes the others
  const mark = () => { all.checked = boxes.every((box) => box.checked); };
  let turn = Promise.resolve();

  const send = async (data) => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, keepalive: true });
      const told = await answer.json();
      said.textContent = told.said;
      bar.classList.toggle("none", !told.count);
    } catch {
      said.textContent = form.dataset.failed;
    }
  };
  const keep = (changed) => {
    const data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    for (const box of boxes) data.append("shown", box.value);
    for (const box of changed) data.append(box.checked ? "pick" : "was", box.value);
    turn = turn.then(() => send(data));
    mark();
  };
  for (const box of boxes) box.addEventListener("change", () => keep([box]));
  all.addEventListener("change", () => {
    const others = boxes.filter((box) => box.checked !== all.checked);
    others.forEach((box) => { box.checked = all.checked; });
    keep(others);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    form.querySelector("tr.cursor input[name=pick]")?.click();
  });
  mark();
});
