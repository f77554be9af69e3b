(() => {
  "use strict";
  const all = (s, at = document) => [...at.querySelectorAll(s)];
  const one = (s, at = document) => at.querySelector(s);
  const el = (tag, text, cls) => {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (cls) e.className = cls;
    return e;
  };

  // Filter.
  const items = all(".item"), segs = all(".seg");
  const filter = () => {
    const text = one("#find").value.trim().toLowerCase();
    const provider = one("#provider").value, label = one("#label").value;
    const pressed = segs.filter((s) => s.getAttribute("aria-pressed") === "true").map((s) => s.dataset.verdict);
    let shown = 0;
    for (const item of items) {
      const d = item.dataset;
      const hit = (!pressed.length || pressed.includes(d.verdict)) && (!provider || d.provider === provider) &&
        (!label || d.labels.includes(" " + label + " ")) && (!text || item.textContent.toLowerCase().includes(text));
      item.hidden = !hit;
      document.getElementById(d.result).hidden = !hit;
      if (hit) shown++;
    }
    one("#shown").textContent = `${shown} of ${items.length} shown`;
  };
  for (const id of ["#find", "#provider", "#label"]) one(id).addEventListener("input", filter);
  for (const s of segs) s.addEventListener("click", () => {
    s.setAttribute("aria-pressed", String(s.getAttribute("aria-pressed") !== "true"));
    filter();
  });
  filter();

  // Light and dark.
  one("#theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // Raw bytes.
  const panel = one("#raw"), kept = new WeakMap();
  let opener = null;
  const entriesOf = (row) => {
    const data = row.closest(".scroll").nextElementSibling;
    if (!kept.has(data)) kept.set(data, JSON.parse(data.textContent));
    return row.dataset.seqs.trim().split(/\s+/).map((seq) => kept.get(data)[seq]).filter(Boolean);
  };
  const facts = (pairs) => {
    const dl = el("dl");
    for (const [name, value] of pairs) dl.append(el("dt", name), el("dd", value));
    return dl;
  };
  const show = (row) => {
    const to = one("#bytes");
    to.replaceChildren();
    for (const e of entriesOf(row)) {
      to.append(el("h3", e.t), facts(e.f || []));
      for (const p of e.p || []) {
        to.append(el("h4", p.t));
        if (p.h) to.append(facts(p.h));
        if (p.p) to.append(el("pre", p.p), el("h4", "as it came"));
        if (p.b) to.append(el("pre", p.b));
      }
    }
    for (const r of all(".row.open")) r.classList.remove("open");
    row.classList.add("open");
    opener = row;
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus({preventScroll: true});
  };
  const close = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    for (const r of all(".row.open")) r.classList.remove("open");
    if (opener) opener.focus({preventScroll: true});
  };
  one("#close").addEventListener("click", close);

  // Hidden rows. The places are those of the drawing: rows one under the other.
  const place = (svg) => {
    const mid = [];
    let y = Number(svg.dataset.head);
    for (const row of all(".row", svg)) {
      if (row.classList.contains("off")) continue;
      const h = Number(row.dataset.h);
      row.setAttribute("transform", `translate(0 ${y})`);
      mid[row.dataset.i] = y + Math.floor(h / 2);
      y += h;
    }
    y += Number(svg.dataset.foot);
    svg.setAttribute("height", y);
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${y}`);
    for (const l of all(".lane", svg)) l.setAttribute("y2", y);
    for (const b of all(".bars .bar, .causes path", svg)) {
      const a = mid[b.dataset.from], z = mid[b.dataset.to], there = a !== undefined && z !== undefined;
      b.classList.toggle("off", !there);
      if (!there) continue;
      if (b.tagName === "rect") {
        b.setAttribute("y", a);
        b.setAttribute("height", Math.max(2, z - a));
      } else {
        b.setAttribute("d", `M166 ${a}C182 ${a} 182 ${z} 166 ${z}`);
      }
    }
  };
  const unfold = (gap) => {
    const svg = gap.ownerSVGElement, from = Number(gap.dataset.i), until = Number(gap.dataset.until);
    gap.classList.add("off");
    const rows = all(".row", svg).filter((r) => Number(r.dataset.i) > from && Number(r.dataset.i) < until);
    for (const r of rows) r.classList.remove("off");
    place(svg);
    rows[0]?.focus({preventScroll: true});
  };
  const press = (row) => {
    if (row.classList.contains("gap")) unfold(row);
    else if (row.dataset.seqs.trim()) show(row);
  };
  const light = (row, on) => {
    const svg = row.ownerSVGElement, i = row.dataset.i;
    for (const c of all(`.cause[data-from="${i}"], .cause[data-to="${i}"]`, svg)) c.classList.toggle("lit", on);
  };
  for (const svg of all(".chart")) {
    const rowOf = (e) => e.target.closest(".row");
    svg.addEventListener("click", (e) => rowOf(e) && press(rowOf(e)));
    for (const [type, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
      svg.addEventListener(type, (e) => rowOf(e) && light(rowOf(e), on));
    }
    svg.addEventListener("keydown", (e) => {
      const row = rowOf(e);
      if (!row) return;
      if (e.key === "Enter" || e.key === " ") {
        e.preventDefault();
        press(row);
      } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        e.preventDefault();
        const rows = all(".row[tabindex]:not(.off)", svg);
        rows[rows.indexOf(row) + (e.key === "ArrowDown" ? 1 : -1)]?.focus();
      }
    });
  }
  document.addEventListener("keydown", (e) => e.key === "Escape" && close());

  // Links: open what they lead to.
  const reveal = () => {
    const to = document.getElementById(location.hash.slice(1));
    if (!to) return;
    const box = to.closest("details");
    if (box) box.open = true;
    to.scrollIntoView({block: to.classList.contains("row") ? "center" : "start"});
    if (to.classList.contains("row")) to.focus({preventScroll: true});
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (e) => e.target.closest('a[href="' + location.hash + '"]') && reveal());
  reveal();

  for (const b of all(".copy")) b.addEventListener("click", async () => {
    const code = one("code", b.parentElement);
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    b.textContent = "Copied";
  });
})();
