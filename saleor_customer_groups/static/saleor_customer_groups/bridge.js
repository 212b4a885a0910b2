// Speaks with the Dashboard around us: takes the token, the theme and the language, sends toasts,
// sizes and redirects. The token stays in here and goes to this origin only (see pages.js).
window.Bridge = (() => {
  const KEYS = { theme: "customer-groups.theme", locale: "customer-groups.locale" };
  const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* as it is */ } };
  const kept = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };

  // The server's list of who may frame us, as sources of the content security policy.
  const named = document.querySelector('meta[name="dashboard-origins"]').content.split(" ").filter(Boolean);
  const pattern = (source) => new RegExp("^" + source.replace(/[.]/g, "\\.")
    .replace("://*\\.", "://([^/:]+\\.)?").replace(/:\*$/, "(:\\d+)?") + "$");
  const allowed = named.map(pattern);
  const isDashboard = (origin) => origin === location.origin || allowed.some((one) => one.test(origin));

  let token = null, locale = kept(KEYS.locale), dashboard = null, opened;
  const ready = new Promise((resolve) => { opened = resolve; });
  const answers = new Map();

  // Before the first message from the Dashboard we do not know its origin; notifyReady tells nothing.
  const send = (type, payload = {}) => new Promise((resolve) => {
    if (parent === window || (dashboard === null && type !== "notifyReady")) return resolve(null);
    const actionId = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
    answers.set(actionId, resolve);
    parent.postMessage({ type, payload: { ...payload, actionId } }, dashboard ?? "*");
    setTimeout(() => answers.delete(actionId) && resolve(null), 3000);
  });

  const tell = (name, detail) => dispatchEvent(new CustomEvent(`bridge:${name}`, { detail }));
  const heard = {
    // Without a token there is no permission, and the server says which is missing.
    handshake: (payload) => { token = payload.token || token; opened(); },
    tokenRefresh: (payload) => { token = payload.token || token; },
    theme: (payload) => {
      if (!["light", "dark"].includes(payload.theme)) return;
      document.documentElement.dataset.theme = payload.theme;
      keep(KEYS.theme, payload.theme);
    },
    localeChanged: (payload) => {
      const changed = locale !== payload.locale;
      locale = payload.locale;
      keep(KEYS.locale, locale);
      tell("locale", { changed });
    },
    response: (payload) => { // never answered: the Dashboard would answer that, and so on
      answers.get(payload.actionId)?.(payload.ok);
      answers.delete(payload.actionId);
    },
  };
  addEventListener("message", (event) => {
    if (event.source !== parent || !isDashboard(event.origin)) return;
    const { type, payload } = event.data ?? {};
    if (!Object.hasOwn(heard, type)) return;
    dashboard = event.origin;
    heard[type](payload ?? {});
  });
  send("notifyReady");
  const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});
  return { send, ready, authorization, locale: () => locale };
})();
