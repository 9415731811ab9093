// A link brings the code behind "#": it goes into the field, and out of the address. Without scripts people type it.
const code = location.hash.slice(1);

if (code) {
  document.querySelector("form[data-code]").elements.code.value = code;
  history.replaceState(null, "", location.pathname);
}
addEventListener("hashchange", () => location.reload());
