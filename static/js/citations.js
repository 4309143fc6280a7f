// A citation in the words is a link; choosing words that begin and end in it is no click on it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.ptm-cite");
  if (link && event.detail > 0 && !document.getSelection().isCollapsed) event.preventDefault();
});
