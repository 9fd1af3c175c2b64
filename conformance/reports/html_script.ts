/**
 * What the HTML report does besides opening and closing: searching and filtering. It works without.
 *
 * @module
 */

/** The script. It runs at the end of the body. */
export const HTML_SCRIPT = `
(() => {
  document.documentElement.classList.add("scripted");
  const all = (query, inside = document) => [...inside.querySelectorAll(query)];
  const search = document.getElementById("search");
  const buttons = all("[data-show]");
  const operations = all(".operation");
  const none = document.getElementById("none");
  const wasOpen = new Map(operations.map((one) => [one, one.open]));
  let show = "";
  function apply() {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const filtered = show !== "" || words.length > 0;
    let left = 0;
    for (const operation of operations) {
      let some = false;
      for (const row of all(".case", operation)) {
        const fits = (show === "" || row.dataset.is.split(" ").includes(show)) &&
          words.every((word) => row.dataset.text.includes(word));
        row.hidden = !fits;
        if (fits) { some = true; left++; }
      }
      operation.hidden = !some;
      if (some) operation.open = filtered || wasOpen.get(operation);
    }
    none.hidden = left > 0;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.show === show);
  }
  search.addEventListener("input", apply);
  for (const button of buttons) {
    button.addEventListener("click", () => { show = show === button.dataset.show ? "" : button.dataset.show; apply(); });
  }
  const openAll = (open) => { for (const one of operations) { one.open = open; wasOpen.set(one, open); } };
  document.getElementById("open").addEventListener("click", () => openAll(true));
  document.getElementById("close").addEventListener("click", () => openAll(false));
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  });
  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", follow);
  follow();
})();
`;
