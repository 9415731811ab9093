// Takes the key out of the address's fragment and posts it, so that it never stands in an address that is sent or kept.

const form = document.querySelector("[data-invitation]");
const key = decodeURIComponent(location.hash.slice(1));

if (key) {
  history.replaceState(null, "", location.pathname);
  form.elements.link.value = key;
  form.submit();
}
addEventListener("hashchange", () => location.reload());
