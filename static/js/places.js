// Maps of places: they are shown, marked with mouse, finger or keyboard, and sheets are zoomed.
// What is marked is written into the form's own fields, which say the same without a map.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.L) return;
  const DIGITS = 5;
  const RADIUS = 6371000, MERIDIAN = 9, DEGREE = Math.PI / 180;

  // As ptm_participation/plan/georeference.py: pixels lie on a transverse Mercator's plane.
  const ground = ([a, b, c, d, e, f]) => ({
    toMap: ({ lat, lng }) => {
      const away = (lng - MERIDIAN) * DEGREE, phi = lat * DEGREE;
      const east = RADIUS * Math.atanh(Math.cos(phi) * Math.sin(away)) - c;
      const north = RADIUS * Math.atan2(Math.tan(phi), Math.cos(away)) - f;
      const area = a * e - b * d;
      return L.latLng((a * north - d * east) / area, (e * east - b * north) / area);
    },
    toGround: ({ lat: y, lng: x }) => {
      const across = (a * x + b * y + c) / RADIUS, along = (d * x + e * y + f) / RADIUS;
      return L.latLng(Math.asin(Math.sin(along) / Math.cosh(across)) / DEGREE,
        MERIDIAN + Math.atan2(Math.sinh(across), Math.cos(along)) / DEGREE);
    },
  });
  const itself = { toMap: (at) => at, toGround: (at) => at };
  const said = ({ lat, lng }) => `${lat.toFixed(DIGITS)} ${lng.toFixed(DIGITS)}`;

  const parse = (text) => text.split("\n").flatMap((line) => {
    const numbers = line.trim().match(/^([+-]?\d+(?:[.,]\d+)?)[\s,;°NS]+([+-]?\d+(?:[.,]\d+)?)/);
    return numbers ? [L.latLng(...numbers.slice(1).map((n) => Number(n.replace(",", "."))))] : [];
  });
  const pin = () => L.divIcon({ className: "ptm-pin", iconSize: [22, 22] });
  const FIXED = { interactive: false, pmIgnore: true, snapIgnore: true, keyboard: false };
  const shapes = (value, place, options) => L.geoJSON(value, {
    ...options,
    coordsToLatLng: ([lng, lat]) => place.toMap(L.latLng(lat, lng)),
    pointToLayer: (_feature, at) => L.marker(at, { ...options, icon: pin() }),
  });

  const open = (box) => {
    const data = box.dataset;
    const size = data.size?.split(",").map(Number);
    const crs = size && L.extend({}, L.CRS.Simple, { transformation: new L.Transformation(1, 0, 1, 0) });
    box.hidden = false;
    if (size && box.classList.contains("tall")) box.style.aspectRatio = `${size[0]} / ${size[1]}`;
    const map = L.map(box, {
      ...(crs ? { crs, minZoom: -6, maxZoom: 2 } : { minZoom: 7, maxZoom: 18 }),
      zoomSnap: 0.1, zoomDelta: 1, attributionControl: false, zoomControl: false,
      keyboardPanDelta: 40, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false,
    });
    L.control.zoom({ position: "topright", zoomInTitle: data.nearer, zoomOutTitle: data.farther }).addTo(map);
    // What is under the cross must be there as soon as the key is pressed.
    const pan = map.panBy.bind(map);
    map.panBy = (offset, options) => pan(offset, { ...options, animate: false });
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", data.label);
    const hint = box.parentElement.querySelector("[data-hint]");
    if (hint) { hint.hidden = false; hint.id ||= "mappa-aiuto"; box.setAttribute("aria-describedby", hint.id); }
    const line = box.parentElement.querySelector("[data-said]");
    if (line) line.hidden = false;
    return { box, map, size, line, place: data.fit ? ground(JSON.parse(data.fit)) : itself };
  };

  const whole = async (view) => {
    const { box, map, size } = view;
    if (size) {
      const bounds = [[0, 0], [size[1], size[0]]];
      L.imageOverlay(box.dataset.picture, bounds, { alt: "" }).addTo(map);
      map.fitBounds(bounds);
      map.setMaxBounds(L.latLngBounds(bounds).pad(0.5));
      return;
    }
    const answer = await fetch(box.dataset.ground);
    view.comuni = (await answer.json()).features;
    const outlines = L.geoJSON(view.comuni, { ...FIXED, className: "ptm-comune" }).addTo(map);
    map.fitBounds(outlines.getBounds());
    map.setMaxBounds(outlines.getBounds().pad(0.3));
    names(map, outlines.getLayers());
    goingTo(view, outlines);
  };

  // Names of Comuni where there is room for them: the widest first, none over another.
  const names = (map, layers) => {
    const known = layers.map((layer) => {
      const { properties: { name } } = layer.feature;
      layer.bindTooltip(name, { permanent: true, direction: "center", className: "ptm-name" });
      const element = layer.getTooltip().getElement();
      return { layer, element, width: element.offsetWidth, height: element.offsetHeight };
    });
    const show = () => {
      const taken = [];
      const placed = known.map((one) => {
        const bounds = one.layer.getBounds();
        const room = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
        const { x, y } = map.latLngToLayerPoint(one.layer.getTooltip().getLatLng());
        return { ...one, x, y, room };
      }).sort((a, b) => b.room.x * b.room.y - a.room.x * a.room.y);
      for (const one of placed) {
        const shown = one.width <= one.room.x && one.height <= one.room.y && !taken.some((other) =>
          Math.abs(other.x - one.x) < (other.width + one.width) / 2 && Math.abs(other.y - one.y) < (other.height + one.height) / 2);
        one.element.classList.toggle("shown", shown);
        if (shown) taken.push(one);
      }
    };
    map.on("zoomend", show);
    show();
  };

  // A list of the Comuni that takes the map to one.
  const goingTo = ({ box, map }, outlines) => {
    const go = box.parentElement.querySelector("[data-go]");
    if (!go) return;
    const list = go.querySelector("select");
    const comuni = new Map(outlines.getLayers()
      .sort((a, b) => a.feature.properties.name.localeCompare(b.feature.properties.name, "it"))
      .map((layer) => [layer.feature.properties.istat, layer]));
    for (const [istat, layer] of comuni) list.append(new Option(layer.feature.properties.name, istat));
    const there = () => map.fitBounds((comuni.get(list.value) || outlines).getBounds());
    list.addEventListener("change", there);
    if (comuni.has(box.dataset.start)) { list.value = box.dataset.start; there(); }
    go.hidden = false;
  };

  // The Comune that holds a point, to be said with it.
  const inside = ([lng, lat], ring) => ring.reduce((odd, [x, y], i) => {
    const [px, py] = ring[i ? i - 1 : ring.length - 1];
    return (y > lat) !== (py > lat) && lng < ((px - x) * (lat - y)) / (py - y) + x ? !odd : odd;
  }, false);
  const named = (view, { lat, lng }) => view.comuni?.find(({ geometry }) =>
    geometry.coordinates.some((polygon) => polygon.filter((ring) => inside([lng, lat], ring)).length % 2))
    ?.properties.name;

  const cross = (view, keys) => {
    const mark = document.createElement("span");
    mark.className = "ptm-cross";
    view.box.append(mark);
    view.box.addEventListener("keydown", (event) => {
      if (event.target !== view.box || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!(event.key in keys)) return;
      event.preventDefault();
      keys[event.key](view.map.getCenter());
    });
  };

  // -- marking -----------------------------------------------------------------------------

  const marking = (view) => {
    const { box, map, place, line } = view;
    const form = box.closest("form");
    const field = form.elements.coordinates;
    const kind = () => form.elements.kind.value;
    let drawn = null;
    // Until somebody says what it is, that is what it looks like: one point, two, or more.
    let guessing = !field.value.trim();
    const guess = (points) => {
      if (guessing && points) form.elements.kind.value = ["point", "line"][points - 1] || "area";
    };

    const draw = () => {
      drawn?.remove();
      drawn = null;
      const text = field.value.trim();
      if (text.startsWith("{")) {
        guess(text.includes('"Point"') ? 1 : text.includes('"LineString"') ? 2 : 3);
        try { drawn = shapes(JSON.parse(text), place, { ...FIXED, className: "ptm-shape" }).addTo(map); } catch { /* the server says what is wrong */ }
        return;
      }
      const at = parse(text).map(place.toMap);
      guess(at.length);
      if (!at.length) return;
      if (at.length === 1 || kind() === "point") drawn = L.marker(at[0], { icon: pin(), keyboard: false });
      else if (kind() === "line" || at.length < 3) drawn = L.polyline(at, { className: "ptm-shape" });
      else drawn = L.polygon(at, { className: "ptm-shape" });
      drawn.on("pm:edit pm:dragend", () => write(vertices(drawn), kind()));
      drawn.addTo(map);
    };
    const vertices = (layer) => layer.getLatLng ? [layer.getLatLng()] : layer.getLatLngs().flat();
    const write = (at, shape) => {
      field.value = at.map((point) => said(place.toGround(point))).join("\n");
      guessing = false;
      form.elements.kind.value = shape;
      draw();
    };

    const lang = document.documentElement.lang === "it" ? "it" : "en";
    map.pm.setLang(lang, { buttonTitles: JSON.parse(box.dataset.words) }, lang);
    map.pm.addControls({
      position: "topleft", drawMarker: true, drawPolyline: true, drawPolygon: true, editMode: true, removalMode: true,
      drawRectangle: false, drawCircle: false, drawCircleMarker: false, drawText: false, dragMode: false,
      cutPolygon: false, rotateMode: false,
    });
    const short = JSON.parse(box.dataset.short);
    for (const button of box.querySelectorAll(".leaflet-pm-toolbar .leaflet-buttons-control-button")) {
      button.setAttribute("aria-label", button.parentElement.title);
      const word = document.createElement("span");
      word.className = "word";
      word.textContent = short[[...button.firstElementChild.classList].find((name) => name in short)];
      button.append(word);
      button.addEventListener("keydown", (event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
    }
    map.pm.setGlobalOptions({ continueDrawing: false, markerStyle: { icon: pin() }, pathOptions: { className: "ptm-shape" } });
    const KINDS = { Marker: "point", Line: "line", Polygon: "area" };
    // The line under the map says which tool is in hand, and what to do with it.
    const next = JSON.parse(box.dataset.next);
    const say = (tool) => { line.textContent = next[tool]; };
    const laidDown = (tool) => { if (line.textContent === next[tool]) line.textContent = ""; };
    map.on("pm:drawstart", ({ shape }) => {
      form.elements.kind.value = KINDS[shape];
      say(KINDS[shape]);
      // The dot that goes with the pointer is no button.
      const dot = box.querySelector(".cursor-marker");
      for (const name of dot ? ["role", "tabindex"] : []) dot.removeAttribute(name);
    });
    map.on("pm:drawend", ({ shape }) => laidDown(KINDS[shape]));
    for (const [mode, tool] of [["edit", "move"], ["removal", "erase"]]) {
      map.on(`pm:global${mode}modetoggled`, ({ enabled }) => (enabled ? say : laidDown)(tool));
    }
    map.on("pm:create", ({ layer, shape }) => { layer.remove(); write(vertices(layer), KINDS[shape]); say("done"); });
    map.on("pm:remove", ({ layer }) => { if (layer === drawn) { drawn = null; field.value = ""; } });
    field.addEventListener("input", draw);
    const tools = Object.fromEntries(Object.entries(KINDS).map(([tool, shape]) => [shape, tool]));
    for (const radio of form.querySelectorAll("input[name=kind]")) {
      radio.addEventListener("change", draw);
      radio.addEventListener("click", () => { // of the chosen one too
        guessing = false;
        map.pm.enableDraw(tools[radio.value]);
      });
      if (guessing) radio.checked = false; // here a choice takes the tool in hand
    }
    // What is drawn is not yet one of the places: nobody leaves it behind unawares.
    const before = field.value;
    let sending = false;
    form.addEventListener("submit", () => { sending = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!sending && field.value !== before) event.preventDefault();
    });

    cross(view, {
      Enter: (centre) => {
        map.pm.disableDraw(); // the cross marks by itself
        const at = place.toGround(centre);
        const lines = field.value.trim() && (guessing || kind() !== "point") ? [field.value.trim()] : [];
        field.value = [...lines, said(at)].join("\n");
        draw();
        const count = field.value.split("\n").length, comune = named(view, at);
        line.textContent = box.dataset.added.replace("{n}", count).replace("{at}", said(at)) + (comune ? `, ${comune}` : "");
      },
      Backspace: () => {
        field.value = field.value.trim().split("\n").slice(0, -1).join("\n");
        draw();
        line.textContent = box.dataset.taken;
      },
    });
    draw();
  };

  // -- the office's control points ---------------------------------------------------------

  const picking = ({ box, map, size, line }) => {
    const field = document.getElementById(box.dataset.pixels);
    const pick = ({ lat: y, lng: x }) => {
      if (x < 0 || y < 0 || x > size[0] || y > size[1]) return;
      const text = field.value.trimEnd();
      field.value = `${text}${text ? "\n" : ""}${Math.round(x)} ${Math.round(y)} `;
      field.focus();
    };
    map.on("click", ({ latlng }) => pick(latlng));
    map.on("mousemove", ({ latlng: { lat: y, lng: x } }) => { line.textContent = `${Math.round(x)}, ${Math.round(y)}`; });
    cross({ box, map }, { Enter: pick });
  };

  for (const box of document.querySelectorAll(".ptm-ground")) {
    const view = open(box);
    for (const plain of box.parentElement.querySelectorAll("[data-plain]")) plain.hidden = true;
    whole(view).then(() => {
      const kept = JSON.parse(box.dataset.shapes || "[]");
      const layer = L.featureGroup(kept.map((value) => shapes(value, view.place, { ...FIXED, className: "ptm-kept" }))).addTo(view.map);
      if ("mark" in box.dataset) marking(view);
      else if (box.dataset.pixels) picking(view);
      if (kept.length && !view.size) view.map.fitBounds(layer.getBounds().pad(0.4), { maxZoom: 13 });
      box.dataset.ready = "";
    });
  }
});
