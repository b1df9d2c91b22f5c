"use strict";
(() => {
  const form = document.getElementById("filter");
  const value = name => document.getElementById(name).value.trim().toLowerCase();
  const items = [...document.querySelectorAll("[data-verdict]")];
  const words = new Map(items.map(item => [item, ""]));
  const text = item => words.get(item) || words.set(item, item.textContent.toLowerCase().replace(/\s+/g, " ")).get(item);
  const fits = item => [["in-paper", "paper"], ["in-verdict", "verdict"], ["in-rung", "rungs"]].every(([box, key]) => {
    const wanted = value(box), own = item.dataset[key].toLowerCase();
    return !wanted || (key === "rungs" ? own.split(" ").includes(wanted) : own === wanted);
  }) && value("find").split(/\s+/).every(word => text(item).includes(word));
  const filter = () => {
    for (const item of items) item.hidden = !fits(item);
    for (const part of document.querySelectorAll("section:has([data-verdict])"))
      part.hidden = !part.querySelector("[data-verdict]:not([hidden])");
    const shown = items.filter(item => item.matches("article:not([hidden])")).length;
    const every = ["find", "in-paper", "in-verdict", "in-rung"].every(name => !value(name));
    document.getElementById("matches").textContent = every ? "" : `${shown} claim${shown === 1 ? "" : "s"}`;
  };
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) { form.reset(); filter(); }
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const own = target.matches("article") && target.querySelector("details.evidence");
    if (own) own.open = true;
    target.scrollIntoView();
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", event => event.preventDefault());
    filter();
  }
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(fold => { fold.open = true; }));
  open();
})();
