import { date, el, t } from '/web/common.js';

const width = 640;
const height = 150;
const margin = { left: 46, right: 10, top: 10, bottom: 22 };

function round(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

// A step line: a value stands until the next one comes. A bad reading is a gap, never a line across it.
export function chart(series) {
  const points = series.readings.map(([at, value, quality]) => ({ at: Date.parse(at), value, quality }));
  const good = points.filter((point) => point.value !== null);
  if (good.length < 2) return null;
  const first = points[0].at;
  const last = points[points.length - 1].at;
  let low = Math.min(...good.map((point) => point.value));
  let high = Math.max(...good.map((point) => point.value));
  if (high - low < 1e-9) { low -= 0.5; high += 0.5; }
  const pad = (high - low) * 0.08;
  const x = (at) => margin.left + (at - first) / Math.max(1, last - first) * (width - margin.left - margin.right);
  const y = (value) => height - margin.bottom - (value - low + pad) / (high - low + 2 * pad) * (height - margin.top - margin.bottom);
  let path = '';
  let previous = null;
  for (const point of points) {
    if (point.value === null) { previous = null; continue; }
    path += previous === null ? `M${x(point.at)} ${y(point.value)}` : `L${x(point.at)} ${y(previous)}L${x(point.at)} ${y(point.value)}`;
    previous = point.value;
  }
  const grid = [low, (low + high) / 2, high].map((value) => el('g', {},
    el('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
    el('text', { class: 'label', x: margin.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, round(value))));
  const newest = good[good.length - 1];
  return el('figure', { class: 'chart' },
    el('figcaption', {}, el('b', {}, `${series.device} · ${series.point}`), ` ${round(newest.value)} ${series.unit}`,
      el('small', {}, `${t('quality.' + newest.quality)} · ${date(new Date(newest.at).toISOString())}`)),
    el('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' },
      el('title', {}, `${series.point} ${series.unit}`), grid, el('path', { class: 'line', d: path }),
      el('circle', { class: 'dot', cx: x(newest.at), cy: y(newest.value), r: 3.5 }),
      el('text', { class: 'label', x: margin.left, y: height - 6 }, date(new Date(first).toISOString())),
      el('text', { class: 'label', x: width - margin.right, y: height - 6, 'text-anchor': 'end' }, date(new Date(last).toISOString()))));
}
