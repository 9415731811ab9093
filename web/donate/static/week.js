// Takes the token out of the address's fragment and posts it, so that it never stands in an address that is sent or kept.
document.getElementById("needs-script").hidden = true;

const form = document.getElementById("open");
const token = location.hash.slice(1);

if (token) {
  document.getElementById("no-link").hidden = true;
  document.getElementById("waiting").hidden = false;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.submit();
}
addEventListener("hashchange", () => location.reload());
