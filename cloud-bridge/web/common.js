// What both pages share. Nothing from outside ever becomes markup: el() sets text only.
import { date, exact, learnTime, serviceNow, withLocalTimes, zoneName } from '/web/time.js';
import { language, pick as rawPick, sentence, setLanguage, t } from '/web/words.js';

const svgNames = new Set(['svg', 'path', 'line', 'circle', 'rect', 'text', 'g', 'title']);

export function el(name, attributes = {}, ...children) {
  const node = svgNames.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function replace(target, ...children) {
  target.replaceChildren(...children.flat(Infinity).filter((child) => child));
}

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'ticket-page' },
  };
  let response;
  try {
    response = await fetch('/api/v1/' + path, options);
  } catch {
    throw new Error(t('unreachable'));
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.detail || response.statusText), { status: response.status });
  learnTime(answer.now);
  return answer;
}

const two = (number) => String(number).padStart(2, '0');

// A text of the service in the reader's language; nothing for none.
export function pick(text) { return withLocalTimes(rawPick(text)); }

const gap = () => (language === 'zh' ? '' : ' ');

export function span(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  if (minutes < 60) return `${minutes}${gap()}${t('minutes')}`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${gap()}${t('hours')} ${minutes % 60}${gap()}${t('minutes')}`;
  return `${Math.floor(minutes / 1440)}${gap()}${t('days')}`;
}

export function ago(text) {
  const past = serviceNow() - Date.parse(text);
  if (past < 60000) return t('just_now');
  // Nobody needs the minutes of something that began hours ago.
  const coarse = past < 3600000 || past >= 48 * 3600000 ? span(past) : `${Math.floor(past / 3600000)}${gap()}${t('hours')}`;
  return `${coarse}${gap()}${t('ago')}`;
}

function countdown(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

// What a clock says now; the facts come from the service, the seconds run here.
function clockFace(clock) {
  const now = serviceNow();
  const due = Date.parse(clock.due);
  const started = Date.parse(clock.started);
  if (clock.stopped) {
    const used = Date.parse(clock.stopped) - started;
    const kept = clock.status === 'kept';
    return { mood: kept ? 'kept' : 'missed', share: Math.min(1, used / (due - started)),
             text: `${kept ? '✓' : '✗'} ${t('clock.' + clock.status)}`, detail: span(used) };
  }
  const share = Math.max(0, Math.min(1, (now - started) / (due - started)));
  if (clock.pause && now < Date.parse(clock.pause.until)) {
    return { mood: 'paused', share, text: `⏸ ${t('clock.paused')}`, detail: date(clock.pause.until) };
  }
  if (now > due) return { mood: 'overdue', share: 1, text: `! ${t('clock.overdue')}`, detail: countdown(now - due) };
  const warning = now >= Date.parse(clock.warn_at);
  return { mood: warning ? 'warning' : 'running', share, text: warning ? `▲ ${t('clock.warning')}` : t('clock.left'),
           detail: countdown(due - now) };
}

const running = new Set();

export function clockView(clock) {
  const fill = el('span', { class: 'fill' });
  const word = el('span', { class: 'word' });
  const time = el('span', { class: 'time' });
  const node = el('div', { class: 'clock', 'data-clock': clock.kind },
    el('span', { class: 'name', title: t('limit.' + clock.kind) }, t('clock.' + clock.kind)), word, time, el('span', { class: 'track' }, fill));
  const show = () => {
    const face = clockFace(clock);
    node.dataset.mood = face.mood;
    word.textContent = face.text;
    time.textContent = face.detail;
    fill.style.width = `${Math.round(face.share * 100)}%`;
    node.title = `${t('clock.' + clock.kind)} · ${t('limit.' + clock.kind)} → ${exact(clock.due)}`;
  };
  show();
  if (!clock.stopped) running.add({ node, show });
  return node;
}

setInterval(() => {
  for (const each of running) {
    if (each.node.isConnected) each.show(); else running.delete(each);
  }
}, 1000);

export function badge(kind, value) {
  const signs = { major: '▲', ordinary: '●', preventive: '◆' };
  return el('span', { class: `badge ${kind}-${value}` }, signs[value] ? signs[value] + ' ' : '', t(`${kind}.${value}`));
}

const plainWords = (text) => text.toLowerCase().match(/[a-z0-9]+/g) || [];

// The stock name of a ticket's part and what people call it: once, when the second says the first. Null without one.
export function partView(name, { part, part_name: partName }) {
  const called = pick(partName);
  if (!part || !called) return part ? el('b', {}, part) : null;
  const said = plainWords(called);
  return plainWords(part).every((word) => said.includes(word)) ? el('b', {}, called) : [el('b', {}, part), el(name, {}, called)];
}

export function percent(confidence) { return `${Math.round(confidence * 100)}${language === 'zh' ? '%' : ' %'}`; }

export function agoView(name, moment) { return el(name, { 'data-ago': moment }, ago(moment)); }

setInterval(() => {
  for (const each of document.querySelectorAll('[data-ago]')) each.textContent = ago(each.dataset.ago);
}, 30000);

// What must be seen before any ticket: an empty list looks like health when nothing can come in.
const alarms = new Map();
export function alarm(name, ...text) {
  if (text.length) alarms.set(name, text); else alarms.delete(name);
  replace(document.getElementById('alarms'), [...alarms.values()].map((each) => el('p', { class: 'alarm' }, '▲ ', each)));
}

let health = {};
function showHealth(next) {
  health = next;
  if (health.store === 'cannot_write') alarm('store', `${t('store_down')} ${exact(health.since)}. `, el('small', {}, health.why)); else alarm('store');
  if (health.broker === 'down') alarm('broker', t('broker_down')); else alarm('broker');
}

// 503 while the store cannot write, and readable all the same.
async function askHealth() {
  try {
    showHealth(await (await fetch('/healthz')).json());
  } catch { /* that nothing answers is shown by the sign of the live stream */ }
}

// Server-sent events. After a gap the whole is read anew, because what was missed is not known.
export function listen(handlers, refresh) {
  const source = new EventSource('/api/v1/events');
  let seen = false;
  source.addEventListener('hello', () => {
    showLive(true);
    askHealth();
    if (seen) refresh();
    seen = true;
  });
  source.onerror = () => showLive(false);
  source.addEventListener('health', (event) => showHealth(JSON.parse(event.data)));
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
  return source;
}

let live = null;
function showLive(up) {
  live = up;
  const dot = document.getElementById('live');
  if (!dot) return;
  dot.dataset.up = String(up);
  dot.textContent = up ? t('live') : t('reconnecting');
}

export function bar(redraw, back) {
  const target = document.getElementById('bar');
  replace(target,
    el('a', { class: back ? 'brand brief' : 'brand', href: '/' }, el('img', { src: '/web/icon.svg', alt: '', width: 28, height: 28 }), el('span', {}, t('product'))),
    back && el('a', { class: 'back', href: '/' }, '← ', t('back')),
    el('span', { class: 'grow' }),
    el('span', { id: 'live', class: 'live', role: 'status' }),
    el('button', { id: 'language', type: 'button', onclick: () => {
      setLanguage(language === 'zh' ? 'en' : 'zh');
      bar(redraw, back);
      redraw();
    } }, t('switch')));
  document.title = t('product');
  document.getElementById('zone').textContent = `${t('all_times')}${zoneName()}`;
  if (live !== null) showLive(live);
  showHealth(health);
}

export { date, exact, language, sentence, serviceNow, t };
