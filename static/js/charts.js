// Charts drawn from the tables beside them: what the table says is what is drawn.
// One stop of the keyboard each: arrows walk, Enter opens the list; a line says where one is.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = [...document.querySelectorAll("[data-chart]")];
  if (!boxes.length || !window.echarts) return;
  const words = document.querySelector("[data-chart-words]").dataset;
  const forced = matchMedia("(forced-colors: active)");

  // The colours are the stylesheet's, so that forced colours and themes reach the canvas too.
  const ink = (name) => {
    const probe = document.createElement("span");
    probe.className = `ptm-ink ${name}`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const palette = () => Object.fromEntries(
    ["solid", "outline", "ground", "text", "soft", "term", "focus"].map((name) => [name, ink(name)]));
  // As the tables write them: Italian would leave the point out of 1.397.
  const number = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: "always" });

  const read = (box) => {
    const table = document.getElementById(box.dataset.table);
    const heads = [...table.tHead.rows[0].cells];
    const series = heads.flatMap((cell, at) => cell.dataset.series
      ? [{ at, name: cell.textContent.trim(), look: cell.dataset.series }] : []);
    let rows = [...table.tBodies[0].rows].map((row) => ({
      label: row.cells[0].querySelector("span")?.textContent ?? row.cells[0].textContent.trim(),
      brief: row.dataset.brief,
      ends: row.dataset.ends,
      href: row.querySelector("td a")?.href,
      values: series.map(({ at }) => Number(row.cells[at].dataset.value)),
    }));
    for (const row of rows) row.total = row.values.reduce((sum, value) => sum + value, 0);
    if (box.dataset.chart === "rows") rows = rows.filter((row) => row.total);
    else {
      // Time before the first and after the last observation is the table's alone; but what
      // comes after the term is seen to be nothing.
      const told = rows.map((row) => Boolean(row.total || row.ends));
      const end = rows.findIndex((row) => row.ends);
      rows = rows.slice(told.indexOf(true), Math.max(told.lastIndexOf(true) + 1, end < 0 ? 0 : end + 7));
    }
    const most = Number(box.dataset.most);
    if (most && rows.length > most) {
      const kept = new Set([...rows].sort((a, b) => b.total - a.total).slice(0, most));
      rows = rows.filter((row) => kept.has(row));
    }
    for (const row of rows) row.at = Number(row.brief?.match(/^\d+(?=:)/)?.[0] ?? 0);
    return { series, rows, hourly: box.dataset.table === "tab-term", counts: box.dataset.counts, title: document.getElementById(table.id.replace("tab-", "t-")).textContent };
  };

  const look = (kind, colours, many) => kind === "solid"
    ? { color: colours.solid }
    : { color: colours.ground, borderColor: colours.outline, borderWidth: many ? 1 : 1.5 };

  const options = (drawn, shape, width, colours) => {
    const { series, rows } = drawn;
    const across = shape === "columns";
    const font = { fontFamily: "Titillium Web, sans-serif", fontSize: 13, color: colours.text };
    const labels = labelWidth(width);
    // The whole is written at the end of the last part, where there is room.
    const roomy = !across || rows.length <= 24;
    const told = (row, place) => roomy && row.values[place] > 0 && row.values.slice(place + 1).every((value) => !value);
    const names = {
      type: "category", data: rows.map((row) => (across ? row.brief : row.label)), inverse: !across,
      axisTick: { show: false }, axisLine: { lineStyle: { color: colours.soft } },
      axisLabel: across
        ? { ...font, fontSize: 12, color: colours.soft, hideOverlap: true, ...(drawn.hourly ? { interval: (at) => rows[at].at % 6 === 0 } : {}) }
        : { ...font, width: labels, overflow: "break", lineHeight: 15 },
    };
    const amounts = {
      type: "value", minInterval: 1, splitLine: { show: across, lineStyle: { color: colours.soft, opacity: 0.25 } },
      axisLabel: { ...font, fontSize: 12, color: colours.soft, show: across, formatter: (value) => number.format(value) },
    };
    return {
      animation: false, backgroundColor: colours.ground, textStyle: font,
      grid: across ? { left: 44, right: 8, top: 34, bottom: 26 } : { left: labels + 12, right: 60, top: 2, bottom: 2 },
      xAxis: across ? names : amounts,
      yAxis: across ? amounts : names,
      series: series.map(({ name, look: kind }, place) => ({
        name, type: "bar", stack: "all", barMaxWidth: across ? 40 : 16, barCategoryGap: rows.length > 40 ? "4%" : "30%",
        data: rows.map((row) => ({ value: row.values[place] || null, label: { show: told(row, place) } })),
        itemStyle: look(kind, colours, rows.length > 40),
        emphasis: { itemStyle: { borderColor: colours.focus, borderWidth: 2.5 } },
        label: {
          ...font, fontWeight: 700, position: across ? "top" : "right",
          formatter: ({ dataIndex }) => number.format(rows[dataIndex].total),
        },
      })),
    };
  };

  // The term: a dashed line after what is still in time, with its words.
  const term = (chart, drawn, shape, colours) => {
    const at = drawn.rows.findIndex((row) => row.ends);
    if (at < 0 || shape !== "columns") return [];
    const place = (index) => chart.convertToPixel({ xAxisIndex: 0 }, index);
    const step = drawn.rows.length > 1 ? place(1) - place(0) : 0;
    const x = Math.round(place(at) + step / 2);
    const left = x > chart.getWidth() / 2;
    return [
      { type: "line", silent: true, shape: { x1: x, x2: x, y1: 18, y2: chart.getHeight() - 26 }, style: { stroke: colours.term, lineWidth: 1.5, lineDash: [5, 4] } },
      { type: "text", silent: true, x: left ? x - 6 : x + 6, y: 10, style: { verticalAlign: "middle", text: `${words.term} ${drawn.rows[at].ends}`, fill: colours.term, align: left ? "right" : "left", font: "700 13px Titillium Web, sans-serif", width: left ? x - 10 : chart.getWidth() - x - 10, overflow: "truncate" } },
    ];
  };

  const paint = (chart, drawn, shape, colours) => {
    chart.setOption(options(drawn, shape, chart.getWidth(), colours), true);
    chart.setOption({ graphic: term(chart, drawn, shape, colours) });
  };

  // All rows are as high as the longest label needs.
  const labelWidth = (width) => Math.max(110, Math.min(230, width * 0.44));
  const height = (drawn, shape, width) => {
    if (shape === "columns") return width < 500 ? 220 : 270;
    const lines = Math.max(...drawn.rows.map((row) => Math.ceil(row.label.length * 7 / labelWidth(width))));
    return drawn.rows.length * Math.max(28, lines * 15 + 8) + 12;
  };

  // The whole picture, with its title, what it counts, the filter and the instant.
  const download = (box, drawn) => {
    const colours = { solid: "#0066cc", outline: "#8a5300", ground: "#fff", text: "#1a1a1a", soft: "#455b71", term: "#a3232d", focus: "#000" };
    const width = 1000, space = 96, tall = height(drawn, box.dataset.chart, width) + space + 34;
    const holder = document.createElement("div");
    const chart = echarts.init(holder, null, { renderer: "canvas", width, height: tall });
    const wanted = options(drawn, box.dataset.chart, width, colours);
    wanted.grid.top += space;
    wanted.grid.bottom += 34;
    chart.setOption(wanted);
    const text = (y, said, size, weight, colour, x = 12) => ({ type: "text", x, y, style: {
      verticalAlign: "middle", text: said, fill: colour, width: width - x - 12, overflow: "break",
      font: `${weight} ${size}px Titillium Web, sans-serif`,
    } });
    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = "400 15px Titillium Web, sans-serif";
    let x = 12;
    const key = drawn.series.flatMap(({ name, look: kind }) => {
      const at = x;
      x += 20 + ruler.measureText(name).width + 24;
      const { color: fill, borderColor: stroke } = look(kind, colours);
      return [
        { type: "rect", shape: { x: at, y: 67, width: 14, height: 14 }, style: { fill, stroke, lineWidth: 1.5 } },
        text(75, name, 15, 400, colours.text, at + 20),
      ];
    });
    const marks = term(chart, drawn, box.dataset.chart, colours);
    if (marks.length) { marks[0].shape.y1 = space + 12; marks[0].shape.y2 = tall - 60; marks[1].y = space; }
    chart.setOption({ graphic: [
      text(22, drawn.title, 20, 700, colours.text), text(48, drawn.counts, 13, 400, colours.soft), ...key,
      text(tall - 16, box.dataset.foot, 13, 400, colours.soft), ...marks,
    ] });
    chart.getRenderedCanvas({ pixelRatio: 2, backgroundColor: "#fff" }).toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = box.dataset.file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      chart.dispose();
    });
  };

  const show = (box) => {
    const drawn = read(box), shape = box.dataset.chart, panel = box.closest("section");
    const line = panel.querySelector(".ptm-plotline"), table = panel.querySelector(".ptm-tablebox");
    const plot = document.createElement("div"), paper = new Image();
    plot.className = "ptm-plotarea";
    paper.className = "ptm-plotpaper";
    paper.alt = "";
    box.append(plot, paper);
    box.hidden = line.hidden = false;
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", `${words.name} ${drawn.title}. ${words.keys}`);
    box.setAttribute("aria-describedby", line.id);
    line.textContent = drawn.series.length > 1 ? "" : words.keys;
    const key = document.createElement("ul");
    key.className = "ptm-plotkey";
    for (const { name, look: kind } of drawn.series) {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("i"), { className: kind }), name);
      key.append(item);
    }
    panel.querySelector(".ptm-plottools").prepend(key);
    let chart, at = -1;
    const redraw = () => {
      // On paper the picture made before stands in its place: nothing is drawn where none is seen.
      const width = plot.clientWidth;
      if (!width) return;
      plot.style.height = `${height(drawn, shape, width)}px`;
      chart ??= listen(echarts.init(plot, null, { renderer: "canvas" }));
      chart.resize();
      paint(chart, drawn, shape, palette());
      mark();
      paper.src = chart.getDataURL({ pixelRatio: 2 });
    };
    const mark = () => {
      chart.dispatchAction({ type: "downplay" });
      if (at >= 0) chart.dispatchAction({ type: "highlight", seriesIndex: drawn.series.map((_one, place) => place), dataIndex: at });
    };
    const go = (to, told = true) => {
      at = Math.max(0, Math.min(drawn.rows.length - 1, to));
      mark();
      const row = drawn.rows[at];
      const parts = drawn.series.map(({ name }, place) => `${name} ${number.format(row.values[place])}`);
      if (told) line.textContent = `${row.label}: ${number.format(row.total)} (${parts.join(", ")}). ${row.ends ? `${words.term} ${row.ends}.` : ""}`;
    };
    const open = () => { if (at >= 0 && drawn.rows[at].href) location.href = drawn.rows[at].href; };
    const listen = (made) => {
      const under = (event) => {
        const point = [event.offsetX, event.offsetY];
        const found = made.convertFromPixel({ seriesIndex: 0 }, point)?.[shape === "columns" ? 0 : 1];
        return Number.isInteger(found) && found >= 0 && found < drawn.rows.length ? found : -1;
      };
      made.getZr().on("mousemove", (event) => {
        const found = under(event);
        plot.classList.toggle("open", found >= 0 && Boolean(drawn.rows[found].href));
        if (found >= 0 && found !== at) go(found);
      });
      made.getZr().on("click", (event) => { const found = under(event); if (found >= 0) { go(found); open(); } });
      return made;
    };
    box.addEventListener("keydown", (event) => {
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: drawn.rows.length - 1 }[event.key];
      if (to !== undefined) { event.preventDefault(); go(to); }
      else if (event.key === "Enter") open();
      else if (event.key === "Escape") { at = -1; mark(); box.blur(); }
    });
    const picture = panel.querySelector("[data-png]");
    picture.hidden = false;
    picture.addEventListener("click", () => download(box, drawn));
    // The figures stand on the bars: their table folds, one key away.
    table.open = false;
    new ResizeObserver(redraw).observe(box);
    forced.addEventListener("change", redraw);
    redraw();
  };

  document.fonts.ready.then(() => boxes.forEach(show));
});
