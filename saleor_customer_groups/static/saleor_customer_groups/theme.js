// Before anything is painted: the theme that the Dashboard named in the address, else the last one.
(() => {
  const root = document.documentElement;
  let theme = root.dataset.theme;
  try {
    if (theme) sessionStorage.setItem("customer-groups.theme", theme);
    else theme = sessionStorage.getItem("customer-groups.theme");
  } catch { /* the browser keeps nothing for framed pages */ }
  root.dataset.theme = theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
})();
