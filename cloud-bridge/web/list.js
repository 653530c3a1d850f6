import { ago, agoView, alarm, ask, badge, bar, clockView, date, el, language, listen, partView, percent, pick, replace, sentence, serviceNow, t } from '/web/common.js';

const tickets = new Map();
let gateways = [];
let quarantine = [];
let total = 0;
let filter = sessionStorage.getItem('filter') || 'open';
const tabs = ['open', 'new', 'acknowledged', 'remote', 'on_site', 'recovered', 'bridged', 'closed', 'all'];
const fresh = new Set();
// Rows beyond these are made when somebody scrolls towards them: hundreds at once would take a second on a slow machine.
const piece = 60;
let shownRows = piece;

const $ = (id) => document.getElementById(id);

function matches(ticket, tab) {
  if (tab === 'all') return true;
  if (tab === 'open') return ticket.open;
  return ticket.state === tab;
}

function sorted() {
  const weight = { major: 2, ordinary: 1, preventive: 0 };
  return [...tickets.values()].sort((a, b) =>
    (b.open - a.open) || ((a.state === 'new' ? 0 : 1) - (b.state === 'new' ? 0 : 1)) ||
    (weight[b.class] - weight[a.class]) || b.number.localeCompare(a.number));
}

function overdue(ticket) {
  return ticket.open ? ticket.clocks.filter((clock) => !clock.stopped && serviceNow() > Date.parse(clock.due)).length : 0;
}

/** The promise of an answer runs on when the fault goes away by itself. */
function awaited(ticket) {
  return ticket.clocks.some((clock) => clock.kind === 'response' && !clock.stopped);
}

function figure(value, key, alarming) {
  return el('div', { class: 'figure', 'data-figure': key, 'data-alarm': alarming && value > 0 ? 'true' : undefined },
    el('b', {}, value), el('span', {}, t(key)));
}

function drawFigures() {
  const open = [...tickets.values()].filter((ticket) => ticket.open);
  replace($('figures'),
    figure(open.length, 'figure_open'),
    figure(open.filter(awaited).length, 'figure_awaited'),
    figure(open.filter((ticket) => ticket.class === 'major').length, 'figure_major', true),
    figure(open.reduce((sum, ticket) => sum + overdue(ticket), 0), 'figure_overdue', true),
    figure(`${gateways.filter((gateway) => gateway.online === true && gateway.watching !== false).length}/${gateways.length}`, 'figure_gateways'),
    figure(quarantine.length, 'figure_quarantine', true));
}

function drawTwins() {
  const twins = gateways.filter((gateway) => gateway.twins).map((gateway) => gateway.name);
  if (twins.length === 0) return alarm('twins');
  alarm('twins', `${twins.join(', ')}${t('twins_alarm')}`);
}

function drawGateways() {
  drawTwins();
  if (gateways.length === 0) return replace($('gateways'), el('p', { class: 'quiet' }, t('gateways_none')));
  replace($('gateways'), gateways.map((gateway) => {
    const state = gateway.online === true ? (gateway.watching === false ? 'silent' : 'online') : gateway.online === false ? 'offline' : 'unknown';
    const marks = { online: '●', silent: '■', offline: '○', unknown: '?' };
    // An agent that fell silent leaves the site unwatched: from when on, is what matters.
    const said = state !== 'silent' ? `${t(state)} · ${ago(gateway.heard_at)}`
      : gateway.silent_since ? `${t('silent_since')} ${date(gateway.silent_since)}` : t('silent');
    return el('span', { class: 'gateway', 'data-state': state, title: `${t('heard')} ${date(gateway.heard_at)} · ${gateway.version || ''}` },
      el('i', { 'aria-hidden': 'true' }, marks[state]), gateway.name, el('small', {}, said),
      gateway.missing > 0 && el('small', { class: 'doubt' }, `${t('missing')}: ${gateway.missing}`));
  }));
}

function drawTabs() {
  const all = [...tickets.values()];
  replace($('tabs'), tabs.map((tab) => {
    const count = all.filter((ticket) => matches(ticket, tab)).length;
    const label = tab === 'open' || tab === 'all' ? t(tab) : t('state.' + tab);
    return el('button', { type: 'button', 'aria-pressed': String(tab === filter), onclick: () => {
      filter = tab;
      shownRows = piece;
      sessionStorage.setItem('filter', tab);
      draw();
    } }, label, el('span', { class: 'count' }, count));
  }));
}

function cell(name, label, ...children) {
  return el('td', { class: name, 'data-label': label }, children);
}

function row(ticket) {
  const address = '/tickets/' + encodeURIComponent(ticket.number);
  return el('tr', { 'data-number': ticket.number, 'data-class': ticket.class, 'data-state': ticket.state,
                    class: fresh.has(ticket.number) ? 'fresh' : undefined,
                    onclick: (event) => { if (!event.target.closest('a')) location.href = address; } },
    cell('class', t('class'), badge('class', ticket.class), el('a', { class: 'number', href: address }, ticket.number)),
    cell('fault', t('fault'), el('a', { class: 'title', href: address }, pick(ticket.title)), el('p', {}, sentence(pick(ticket.what)))),
    cell('where', t('where'), el('b', {}, pick(ticket.device_title) || ticket.gateway), el('p', {}, pick(ticket.site_title))),
    cell('since', t('since'), date(ticket.since), agoView('p', ticket.since)),
    cell('sure', t('confidence'), percent(ticket.confidence)),
    cell('part', t('part'), partView('p', ticket) || el('span', { class: 'quiet' }, t('no_part'))),
    cell('department', t('department'), pick(ticket.department_name)),
    cell('state', t('state'), badge('state', ticket.state), ticket.owner && el('p', {}, ticket.owner)),
    cell('clocks', t('clocks'), ticket.clocks.map(clockView)));
}

// Rows are made once for each state of a ticket: in a flood only what changed is made anew.
const rows = new Map();
function rowOf(ticket) {
  const arriving = fresh.has(ticket.number);
  const kept = rows.get(ticket.number);
  if (kept && kept.ticket === ticket && kept.language === language && kept.arriving === arriving) return kept.node;
  const node = row(ticket);
  rows.set(ticket.number, { ticket, language, arriving, node });
  return node;
}

function showMore() {
  shownRows += piece;
  drawList();
}

const nearEnd = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) showMore(); }, { rootMargin: '800px' });

function moreBelow(count) {
  nearEnd.disconnect();
  if (count <= 0) return null;
  const end = el('button', { type: 'button', class: 'more', onclick: showMore }, `${count} ${t('more_below')}`);
  nearEnd.observe(end);
  return end;
}

function drawList() {
  const focused = document.activeElement && document.activeElement.closest('#list a');
  const shown = sorted().filter((ticket) => matches(ticket, filter));
  if (shown.length === 0) {
    return replace($('list'), el('p', { class: 'empty' }, filter === 'open' ? t('all_well') : t('none')));
  }
  const heads = ['class', 'fault', 'where', 'since', 'confidence', 'part', 'department', 'state', 'clocks'];
  replace($('list'), el('table', { class: 'tickets' },
    el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, t(head))))),
    el('tbody', {}, shown.slice(0, shownRows).map(rowOf))), moreBelow(shown.length - shownRows),
    total > tickets.size && el('p', { class: 'quiet' }, `${total - tickets.size} ${t('more_hidden')}`));
  if (focused && focused.isConnected) focused.focus({ preventScroll: true });
}

// For a week after the last of them: by then somebody has looked, and the figure above stays.
function drawConflicts() {
  const recent = quarantine.filter((message) => message.conflict && serviceNow() - Date.parse(message.last_at) < 7 * 86400000);
  if (recent.length === 0) return alarm('conflict');
  const senders = [...new Set(recent.map((message) => message.gateway))].sort();
  alarm('conflict', `${senders.join(', ')} ${t('conflict_alarm')} `,
    el('a', { href: '#quarantine', onclick: () => { $('quarantine').open = true; } }, t('conflict_link')), ` (${recent.length}).`);
}

function drawQuarantine() {
  $('quarantine').hidden = quarantine.length === 0;
  drawConflicts();
  replace($('quarantine'),
    el('summary', {}, `${t('quarantine')} (${quarantine.length})`), el('p', { class: 'quiet' }, t('quarantine_about')),
    el('div', { class: 'scroll' }, el('table', { class: 'plain' },
      el('thead', {}, el('tr', {}, ['when', 'gateway', 'reason', 'times'].map((head) => el('th', { scope: 'col' }, t(head))))),
      el('tbody', {}, quarantine.map((message) => el('tr', {},
        el('td', {}, date(message.last_at)), el('td', {}, message.gateway || '–'),
        el('td', {}, message.conflict && el('b', { class: 'doubt' }, t('conflict'), ' '),
          message.title && el('b', {}, [pick(message.device_title), pick(message.title)].filter(Boolean).join(' · '), ' '), el('small', {}, message.reason)),
        el('td', {}, message.times)))))));
}

function draw() {
  drawFigures();
  drawGateways();
  drawTabs();
  drawList();
  drawQuarantine();
}

async function refreshEdges() {
  [gateways, quarantine] = await Promise.all([
    ask('gateways').then((answer) => answer.gateways), ask('quarantine').then((answer) => answer.messages)]);
  drawFigures();
  drawGateways();
  drawQuarantine();
}

async function refresh() {
  try {
    const answer = await ask('tickets?limit=2000');
    tickets.clear();
    rows.clear();
    total = answer.total;
    for (const ticket of answer.tickets) tickets.set(ticket.number, ticket);
    await refreshEdges();
  } catch (problem) {
    console.warn(problem.message);
  }
  draw();
}

// Many events in a flood become one drawing.
let pending = false;
function drawSoon() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => { pending = false; draw(); });
}

let edges = null;
function edgesSoon() {
  if (edges) return;
  edges = setTimeout(() => { edges = null; refreshEdges().catch(() => {}); }, 500);
}

bar(draw);
await refresh();
listen({
  ticket: (ticket) => {
    if (!tickets.has(ticket.number)) {
      fresh.add(ticket.number);
      ++total;
      setTimeout(() => fresh.delete(ticket.number), 4000);
    }
    tickets.set(ticket.number, ticket);
    drawSoon();
  },
  gateway: edgesSoon,
}, refresh);
// Silence sends no event: it has to be asked for.
setInterval(() => { drawFigures(); drawGateways(); edgesSoon(); }, 30000);
