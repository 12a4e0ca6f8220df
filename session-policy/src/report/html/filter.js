
(() => {
  const box = document.getElementById("search");
  const shown = document.getElementById("shown");
  const words = (element) => element.textContent.trim();
  // What somebody wrote: not the defaults, not the pictures.
  const written = "h3 > *, h3, p:not(.defaults), tbody th, td";
  const routes = [...document.querySelectorAll("[data-route]")].map((row) => {
    const detail = document.querySelector(`[data-detail="${row.dataset.route}"]`);
    const texts = [...row.cells, ...detail.querySelectorAll(written)].map(words);
    return { row, detail, text: texts.join(" ").toLowerCase() };
  });
  // At the start of a word: "5m" is not in "15m".
  const letter = (text) => /[a-z0-9]/.test(text);
  const has = (text, word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (at === 0 || !letter(word[0]) || !letter(text[at - 1])) return true;
    }
    return false;
  };
  const filter = () => {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, detail, text } of routes) {
      const hit = wanted.every((word) => has(text, word));
      row.hidden = detail.hidden = !hit;
      count += hit ? 1 : 0;
    }
    shown.textContent = wanted.length ? `${count} of ${routes.length}` : "";
  };
  document.getElementById("filter").hidden = false;
  box.addEventListener("input", filter);
  filter();
})();
