import { date, el, t } from '/web/common.js';

const width = 640;
const height = 150;
const margin = { left: 46, right: 10, top: 10, bottom: 22 };
const inside = { left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom };
const narrowest = 4;  // of a gap that would not be seen otherwise
const letter = 7;     // about the width of one, to see whether a reason fits into its gap

function round(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

// What is only ever 0 or 1, without a unit, is a contact: off and on, with nothing between them.
function isState(series, good) {
  return !series.unit && good.length > 0 && good.every((point) => point.value === 0 || point.value === 1);
}

function reading(value, series, state) {
  return state ? t(value === 1 ? 'on' : 'off') : `${round(value)} ${series.unit || ''}`;
}

function reasonText(point) {
  return point.reason ? t('reason.' + point.reason) : t('quality.' + point.quality);
}

// Time and value to places on the sheet. One reading has a span of a minute; readings that are all the same a band of one.
function scales(points, good, state) {
  const first = points[0].at;
  const last = Math.max(points[points.length - 1].at, first + 60000);
  let low = state ? 0 : Math.min(...good.map((point) => point.value));
  let high = state ? 1 : Math.max(...good.map((point) => point.value));
  if (high - low < 1e-9) { low -= 0.5; high += 0.5; }
  const pad = (high - low) * 0.08;
  return { first, last, low, high,
           x: (at) => inside.left + (at - first) / (last - first) * (inside.right - inside.left),
           y: (value) => inside.bottom - (value - low + pad) / (high - low + 2 * pad) * (inside.bottom - inside.top) };
}

// A step line: a value stands until the next one comes. A bad reading is a gap, never a line across it.
function line(points, { x, y, last }) {
  let path = '';
  let previous = null;
  for (const point of points) {
    if (point.value === null) {
      if (previous !== null) path += `L${x(point.at)} ${y(previous)}`;
      previous = null;
      continue;
    }
    path += previous === null ? `M${x(point.at)} ${y(point.value)}` : `L${x(point.at)} ${y(previous)}L${x(point.at)} ${y(point.value)}`;
    previous = point.value;
  }
  return previous === null ? path : `${path}L${x(last)} ${y(previous)}`;
}

// [{ from, to, text }]: neighbouring bad readings of one reason are one gap, up to the next reading.
function gapsOf(points, last) {
  const gaps = [];
  points.forEach((point, i) => {
    if (point.value !== null) return;
    const to = i + 1 < points.length ? points[i + 1].at : last;
    const before = gaps[gaps.length - 1];
    if (before && before.to === point.at && before.text === reasonText(point)) before.to = to;
    else gaps.push({ from: point.at, to, text: reasonText(point) });
  });
  return gaps;
}

function gapView({ from, to, text }, x) {
  const left = Math.min(x(from), inside.right - narrowest);
  const wide = Math.max(x(to) - left, narrowest);
  return el('g', { class: 'gap' },
    el('title', {}, `${text} · ${date(from)} – ${date(to)}`),
    el('rect', { x: left, y: inside.top, width: wide, height: inside.bottom - inside.top }),
    wide > text.length * letter && el('text', { x: left + wide / 2, y: (inside.top + inside.bottom) / 2, 'text-anchor': 'middle' }, text));
}

function caption(series, points, good, gaps, state) {
  const newest = points[points.length - 1];
  const now = newest.value !== null ? [` ${reading(newest.value, series, state)}`, el('small', {}, `${t('quality.' + newest.quality)} · ${date(newest.at)}`)]
    : [el('span', { class: 'doubt' }, ` ${t('no_value')}: ${reasonText(newest)}`), el('small', {}, `${t('since')} ${date(gaps[gaps.length - 1].from)}`),
       good.length > 0 && el('small', {}, `${t('last_value')} ${reading(good[good.length - 1].value, series, state)}`)];
  return el('figcaption', {}, el('b', {}, `${series.device} · ${series.point}`), now);
}

export function chart(series) {
  const points = series.readings.map(([at, value, quality, reason]) => ({ at: Date.parse(at), value, quality, reason }));
  if (points.length === 0) return null;
  const good = points.filter((point) => point.value !== null);
  // Without one value there is nothing to scale; the gap fills the sheet and says why.
  const state = isState(series, good);
  const scale = scales(points, good.length > 0 ? good : [{ value: 0 }], state);
  const { x, y, first, last, low, high } = scale;
  const gaps = gapsOf(points, last);
  const marks = good.length === 0 ? [] : state ? [0, 1] : [low, (low + high) / 2, high];
  const grid = marks.map((value) => el('g', {},
    el('line', { class: 'grid', x1: inside.left, x2: inside.right, y1: y(value), y2: y(value) }),
    el('text', { class: 'label', x: inside.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, state ? reading(value, series, state) : round(value))));
  const newest = points[points.length - 1];
  return el('figure', { class: 'chart' }, caption(series, points, good, gaps, state),
    el('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' },
      el('title', {}, `${series.point} ${series.unit || ''}`), grid, gaps.map((gap) => gapView(gap, x)),
      el('path', { class: 'line', d: line(points, scale) }),
      newest.value !== null && el('circle', { class: 'dot', cx: x(newest.at), cy: y(newest.value), r: 3.5 }),
      el('text', { class: 'label', x: inside.left, y: height - 6 }, date(first)),
      el('text', { class: 'label', x: inside.right, y: height - 6, 'text-anchor': 'end' }, date(last))));
}
