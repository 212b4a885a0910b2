// The Dashboard's side of the bridge, as far as apps use it: see docs/dashboard.md.
(() => {
  const TOKEN_SECONDS = 300;
  const root = document.documentElement;
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const theme = () => root.dataset.theme;
  const locale = () => root.lang;
  const cookie = (name, value) => { document.cookie = `${name}=${value}; path=/dashboard/; SameSite=Lax`; };
  const popup = document.getElementById("popup");
  const frames = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src);

  const newToken = async (frame) => {
    const body = new URLSearchParams({ app: frame.dataset.app ?? "", extension: frame.dataset.extension ?? "" });
    const answer = await fetch("/dashboard/token/", { method: "POST", body, headers: { "X-CSRFToken": csrf } });
    return (await answer.json()).token;
  };
  const post = (frame, type, payload) => frame.contentWindow?.postMessage({ type, payload }, new URL(frame.src).origin);

  const greet = async (frame) => {
    frame.token ??= newToken(frame);
    post(frame, "handshake", { token: await frame.token, version: 1, saleorVersion: "sandbox", dashboardVersion: "sandbox" });
  };
  const open = (frame, src, token) => {
    frame.token = token;
    frame.src = src;
    frame.addEventListener("load", () => greet(frame), { once: true });
    clearInterval(frame.refresh);
    // The real one does not renew the token of a popup, which it got with the page.
    if (!token) frame.refresh = setInterval(async () => post(frame, "tokenRefresh", { token: await (frame.token = newToken(frame)) }), (TOKEN_SECONDS - 30) * 1000);
  };

  const toast = ({ title, text, status }) => {
    const shown = document.createElement("div");
    shown.className = status;
    shown.textContent = [title, text].filter(Boolean).join(": ");
    document.getElementById("toasts").append(shown);
    if (status !== "error") setTimeout(() => shown.remove(), 5000);
  };
  const tokens = new Map([...document.querySelectorAll("[data-popup]")].map((button) => [button.dataset.extension, newToken(button)]));
  const showPopup = async (address, ids) => {
    const answer = await fetch(`${address}?${new URLSearchParams(ids.map((id) => ["id", id]))}`);
    const { src, title, extension } = await answer.json();
    popup.querySelector("h2").textContent = title;
    const frame = popup.querySelector("iframe");
    frame.dataset.extension = extension;
    popup.showModal();
    open(frame, src, tokens.get(extension));
  };

  const acts = {
    notifyReady: async (frame) => {
      await greet(frame);
      post(frame, "localeChanged", { locale: locale() });
      post(frame, "theme", { theme: theme() });
      if (frame.dataset.app) post(frame, "redirect", { path: location.pathname });
    },
    notification: (frame, payload) => toast(payload),
    redirect: (frame, { to }) => { if (to.startsWith("/")) location.href = `/dashboard${to}`; },
    popupClose: () => popup.close(),
    widgetResize: (frame, { height }) => { frame.style.height = `${Math.min(height, 5000)}px`; },
    refreshEntity: () => location.reload(),
    openPopup: (frame, { extensionIdentifier }) => showPopup(`/dashboard/popup/${extensionIdentifier}/`, []),
    updateRouting: () => {},
  };
  addEventListener("message", async (event) => {
    const frame = frames().find((one) => one.contentWindow === event.source);
    const { type, payload } = event.data ?? {};
    if (!frame || event.origin !== new URL(frame.src).origin || !payload?.actionId || !Object.hasOwn(acts, type)) return;
    await acts[type](frame, payload);
    post(frame, "response", { actionId: payload.actionId, ok: true });
  });

  document.getElementById("theme")?.addEventListener("click", (event) => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    event.target.textContent = `Theme: ${theme()}`;
    cookie("theme", theme());
    frames().forEach((frame) => post(frame, "theme", { theme: theme() }));
  });
  document.getElementById("locale")?.addEventListener("change", (event) => {
    root.lang = event.target.value;
    cookie("locale", locale());
    frames().forEach((frame) => post(frame, "localeChanged", { locale: locale() }));
  });
  popup.querySelector("button").addEventListener("click", () => popup.close());
  popup.addEventListener("close", () => { const frame = popup.querySelector("iframe"); frame.removeAttribute("src"); clearInterval(frame.refresh); });
  document.querySelectorAll("[data-popup]").forEach((button) => button.addEventListener("click", () =>
    showPopup(button.dataset.popup, [...document.querySelectorAll('[name="customer"]:checked')].map((box) => box.value))));
  document.querySelectorAll("iframe[data-src]").forEach((frame) => open(frame, frame.dataset.src));
})();
