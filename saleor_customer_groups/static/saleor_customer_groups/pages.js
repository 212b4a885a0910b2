// A page is HTML from the server that htmx puts in place: links and forms are ordinary ones
// (hx-boost), and each request carries the token. Nothing here knows what a page is about.
(() => {
  const { send, ready } = Bridge;
  const kind = document.body.dataset.kind;
  const screen = document.getElementById("screen"), dialog = document.getElementById("dialog");
  const offline = () => { // the page that failed cannot say it: the shell brings it in each language
    const language = (Bridge.locale() ?? "en").split(/[-_]/)[0].toLowerCase();
    const meta = (code) => document.querySelector(`meta[name="offline"][lang="${code}"]`);
    return (/^[a-z]+$/.test(language) && meta(language) || meta("en")).content;
  };
  const busy = (on) => screen.toggleAttribute("aria-busy", on);

  // --- requests ---------------------------------------------------------------------------------
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    if (new URL(request.action, location.href).origin !== location.origin) return event.preventDefault();
    Object.assign(request.headers, Bridge.authorization(), { "Accept-Language": Bridge.locale() ?? "en" });
  });
  document.addEventListener("htmx:before:request", (event) => event.detail.ctx.target === screen && busy(true));
  document.addEventListener("htmx:finally:request", () => busy(false));
  document.addEventListener("htmx:error", () => {
    send("notification", { status: "error", title: offline() });
  });

  // --- pages ------------------------------------------------------------------------------------
  const load = (path) => htmx.ajax("GET", path, { target: "#screen" });
  const here = () => location.pathname + location.search;
  document.addEventListener("htmx:before:history:restore", (event) => {
    event.preventDefault(); // htmx would ask for a whole document
    load(event.detail.path);
  });
  addEventListener("bridge:locale", (event) => event.detail.changed && started && load(here()));

  // What the Dashboard adds to the first address of a frame is not ours, and not kept in it.
  const THEIRS = /^(domain|saleorApiUrl|id|theme|locale|saleorVersion|dashboardVersion|featureFlags.*)$/;
  const clean = () => {
    const query = new URLSearchParams(location.search);
    for (const key of [...query.keys()]) if (THEIRS.test(key)) query.delete(key);
    history.replaceState({ htmx: true }, "", location.pathname + (query.size ? `?${query}` : ""));
  };

  // --- after a swap -----------------------------------------------------------------------------
  let last = 0;
  const fit = () => {
    const height = Math.ceil(screen.getBoundingClientRect().height);
    if (kind === "widget" && height && height !== last) send("widgetResize", { height: (last = height) });
  };
  document.addEventListener("htmx:after:swap", (event) => {
    const { target } = event.detail.ctx;
    if (target === dialog) { if (dialog.childElementCount && !dialog.open) dialog.showModal(); }
    if (target === screen) {
      if (dialog.open) dialog.close();
      document.documentElement.lang = screen.querySelector("[data-lang]")?.dataset.lang ?? "en";
      const heading = screen.querySelector("h1");
      if (heading && kind === "page") { heading.tabIndex = -1; heading.focus({ preventScroll: true }); scrollTo(0, 0); }
    }
    document.querySelectorAll("[data-ticked]").forEach(count);
    fit();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
  new ResizeObserver(fit).observe(screen);

  // --- what the server asks for by HX-Trigger ----------------------------------------------------
  document.addEventListener("toast", (event) => send("notification", event.detail));
  document.addEventListener("close-popup", () => send("popupClose"));
  document.addEventListener("close-dialog", () => dialog.close());

  // --- small behaviours, by data attributes ------------------------------------------------------
  const boxes = (form) => [...form.querySelectorAll('input[type="checkbox"][data-tick]')];
  function count(bar) { // a bar that shows how many rows are ticked, and is there only then
    const ticked = boxes(bar.closest("form")).filter((box) => box.checked).length;
    bar.hidden = ticked === 0;
    bar.querySelector("[data-number]").textContent = ticked;
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (event.target.matches("[data-tick-all]")) boxes(form).forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-tick-all],[data-tick]")) form.querySelectorAll("[data-ticked]").forEach(count);
    if (event.target.matches("[data-shows]")) reveal(event.target);
  });
  function reveal(select) { // parts of a form that belong to some choices of a select only
    select.form.querySelectorAll(`[data-when="${select.name}"]`).forEach((part) => {
      part.hidden = !part.dataset.is.split(" ").includes(select.value);
    });
  }
  document.addEventListener("click", (event) => {
    const away = event.target.closest("[data-dashboard]");
    if (away) { event.preventDefault(); send("redirect", { to: away.dataset.dashboard }); }
    if (event.target.closest("[data-close]")) { event.preventDefault(); dialog.open ? dialog.close() : send("popupClose"); }
    if (event.target === dialog) dialog.close(); // beside the dialog
    copy(event.target.closest("[data-copy]"));
    pick(event.target.closest("[data-pick]"));
    const chip = event.target.closest("[data-unpick]")?.closest(".chip"), owner = chip?.closest(".picker");
    chip?.remove();
    owner?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  function copy(button) { // the newer way to the clipboard is closed to frames
    if (!button) return;
    document.getElementById(button.dataset.copy).select();
    if (document.execCommand("copy")) send("notification", { status: "success", title: button.dataset.copied });
    button.focus();
  }
  addEventListener("keydown", (event) => { // the Dashboard hears no key that is typed in here
    if (event.key === "Escape" && kind === "popup" && !dialog.open) send("popupClose");
  });

  // --- files: a link carries no token, so each piece is fetched with it and the whole is saved -----
  const download = async (link) => {
    const pieces = [];
    link.setAttribute("aria-disabled", "true");
    try {
      for (let next = link.href; next;) {
        if (new URL(next, location.href).origin !== location.origin) return;
        const headers = { ...Bridge.authorization(), "Accept-Language": Bridge.locale() ?? "en", "HX-Request": "true" };
        const answer = await fetch(next, { headers });
        if (!answer.ok) {
          const panel = new DOMParser().parseFromString(await answer.text(), "text/html");
          throw new Error(panel.querySelector("p")?.textContent);
        }
        pieces.push(await answer.blob());
        next = answer.headers.get("X-Following");
      }
      const saved = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob(pieces)), download: link.dataset.download });
      saved.click();
      setTimeout(() => URL.revokeObjectURL(saved.href), 60000);
    } catch (problem) {
      send("notification", { status: "error", title: problem.message || offline() });
    } finally {
      link.removeAttribute("aria-disabled");
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-download]");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation(); // htmx would fetch a page
    download(link);
  }, true);

  // --- placeholders that a click puts where the cursor was ---------------------------------------
  let written; // the field of this form that was left last
  document.addEventListener("focusout", (event) => { if (event.target.matches("input[name=title], textarea")) written = event.target; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const field = written?.form === button.form ? written : button.form.querySelector("textarea");
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- parts of a form that the server makes anew ---------------------------------------------------
  // The answer was made of what stood there when it was asked for. What was typed since is kept, and
  // the cursor stays where it is.
  function inputs(part) { // by name, and which of that name
    const seen = {}, found = [...part.querySelectorAll("input:not([type=hidden]), select:not([hx-post]), textarea")];
    return new Map(found.map((input) => [`${input.name} ${seen[input.name] = (seen[input.name] ?? 0) + 1}`, input]));
  }
  const said = (input) => (input.type === "checkbox" ? input.checked : input.value);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (!ctx.target?.matches?.("[data-typed]")) return;
    ctx.sent = new Map([...inputs(ctx.target)].map(([key, input]) => [key, said(input)]));
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    if (!ctx.sent) return;
    const cursor = document.activeElement, now = [...inputs(ctx.target)];
    ctx.typed = now.filter(([key, input]) => ctx.sent.get(key) !== said(input)).map(([key, input]) => [key, said(input)]);
    if (!ctx.target.contains(cursor) || !cursor.name) return;
    ctx.cursor = { name: cursor.name, from: cursor.selectionStart, to: cursor.selectionEnd };
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const part = ctx.sent && document.getElementById(ctx.target.id);
    if (!part) return;
    const now = inputs(part);
    for (const [key, value] of ctx.typed) {
      const input = now.get(key), fits = input?.tagName !== "SELECT" || [...input.options].some((one) => one.value === value);
      if (!input || !fits) continue;
      if (input.type === "checkbox") input.checked = value; else input.value = value;
      input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
    }
    const input = ctx.cursor && part.querySelector(`[name="${CSS.escape(ctx.cursor.name)}"]`);
    input?.focus();
    if (input?.type === "text") input.setSelectionRange(ctx.cursor.from, ctx.cursor.to);
  });
  // A button that adds a part counts it at once, so that two clicks ask for two places; one that
  // drops a part needs nobody.
  document.addEventListener("click", ({ target }) => {
    const adds = target.closest?.("[data-adds]"), drops = target.closest?.("[data-drops]");
    if (adds) adds.form.elements[adds.dataset.adds].value++;
    if (!drops) return;
    const part = document.getElementById(drops.dataset.drops), around = part.parentElement;
    part.remove();
    around.querySelector(":scope > .rule-add > [data-adds]")?.focus();
    around.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const button = ctx.sourceElement;
    if (!button?.matches?.("[data-adds]") || document.activeElement !== button) return;
    button.parentElement.previousElementSibling?.querySelector("select")?.focus();
  });
  document.addEventListener("htmx:after:swap", () => { // inputs that a sentence near them speaks of
    const wrong = [...document.querySelectorAll("[data-wrong]")].map((one) => one.dataset.wrong).filter(Boolean);
    for (const input of document.querySelectorAll(".rule-box [aria-describedby]")) {
      const name = input.closest(".picker")?.dataset.name ?? input.name;
      if (wrong.some((one) => name === one || name.startsWith(`${one}.`))) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  });

  // --- select with search ------------------------------------------------------------------------
  function pick(option) {
    const picker = option?.closest(".picker");
    if (!picker) return;
    const chips = picker.querySelector(".chips"), { name, single } = picker.dataset;
    if (single !== undefined) chips.replaceChildren();
    if (![...chips.querySelectorAll("input")].some((input) => input.value === option.dataset.pick)) {
      const chip = document.getElementById("chip").content.cloneNode(true);
      chip.querySelector(".chip > span").textContent = option.dataset.label;
      Object.assign(chip.querySelector("input"), { name, value: option.dataset.pick });
      chip.querySelector("button").setAttribute("aria-label", `${picker.dataset.remove} ${option.dataset.label}`);
      chips.append(chip);
    }
    const input = picker.querySelector('[role="combobox"]');
    input.value = "";
    close(picker);
    input.focus();
    picker.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function close(picker) {
    picker.querySelector('[role="listbox"]').replaceChildren();
    picker.querySelector('[role="combobox"]').setAttribute("aria-expanded", "false");
  }
  document.addEventListener("htmx:after:swap", (event) => {
    const list = event.detail.ctx.target;
    if (list?.getAttribute?.("role") !== "listbox") return;
    list.closest(".picker").querySelector('[role="combobox"]').setAttribute("aria-expanded", String(list.childElementCount > 0));
  });
  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.(".picker");
    if (!picker || !event.target.matches('[role="combobox"]')) return;
    const options = [...picker.querySelectorAll("[data-pick]")];
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && options.length) {
      event.preventDefault();
      const next = options[(now + move + options.length) % options.length];
      options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
      event.target.setAttribute("aria-activedescendant", next.id);
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && options.length) {
      event.preventDefault();
      pick(options[Math.max(now, 0)]);
    } else if (event.key === "Escape" && options.length) {
      event.preventDefault();
      event.stopPropagation();
      close(picker);
    }
  });
  document.addEventListener("focusout", (event) => {
    const picker = event.target.closest?.(".picker");
    if (picker && !picker.contains(event.relatedTarget)) setTimeout(() => close(picker), 150);
  });

  // --- start -------------------------------------------------------------------------------------
  let started = false;
  const start = async () => {
    await ready;
    // The language follows the token within moments; who knew it already does not wait.
    if (!Bridge.locale()) await Promise.race([
      new Promise((resolve) => addEventListener("bridge:locale", resolve, { once: true })),
      new Promise((resolve) => setTimeout(resolve, 300)),
    ]);
    started = true;
    clean();
    load(here());
  };
  start();
})();
