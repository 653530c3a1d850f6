import { agoView, ask, badge, bar, clockView, date, el, exact, listen, partView, percent, pick, replace, sentence, t } from '/web/common.js';
import { chart } from '/web/chart.js';

const number = decodeURIComponent(location.pathname.split('/').pop());
const target = document.getElementById('ticket');
let ticket = null;
let complaint = '';

function panel(name, title, ...children) {
  const kept = children.flat(Infinity).filter((child) => child);
  return kept.length ? el('section', { class: `panel ${name}` }, el('h2', {}, title), kept) : null;
}

function fact(label, ...children) {
  return el('div', { class: 'fact' }, el('dt', {}, label), el('dd', {}, children));
}

function measuredView() {
  if (ticket.measured) return el('p', { class: 'measured', 'data-measured': 'true' }, '● ', t('measured'));
  return el('p', { class: 'measured', 'data-measured': 'false' }, '○ ', t('no_longer'), ' ', date(ticket.returned || ticket.changed_at));
}

// The states of ISA-18.2. An acknowledged fault that went stays open for a while, in case that it comes back.
function alarmText() {
  const gone = ticket.alarm_state === 'acknowledged' && !ticket.measured;
  return gone ? `${t('alarm.gone')} ${date(ticket.returned || ticket.changed_at)}` : t('alarm.' + ticket.alarm_state);
}

function head() {
  return el('section', { class: 'head', 'data-class': ticket.class },
    el('div', { class: 'line' }, badge('class', ticket.class), el('span', { class: 'number' }, ticket.number), badge('state', ticket.state),
      ticket.outcome && badge('outcome', ticket.outcome)),
    el('h1', {}, pick(ticket.title)), el('p', { class: 'place' }, pick(ticket.where)), measuredView(),
    el('div', { class: 'clocks' }, ticket.clocks.map(clockView)));
}

function analysis() {
  const site = [alarmText(), ticket.site_by, ticket.site_reason, ticket.shelved_until && date(ticket.shelved_until)];
  return panel('analysis', t('what'),
    el('p', { class: 'what' }, sentence(pick(ticket.what))),
    el('dl', { class: 'facts' },
      fact(t('since'), exact(ticket.since), agoView('small', ticket.since),
        ticket.since_trust === 'none' && el('small', { class: 'doubt' }, t('clock_doubt'))),
      fact(t('confidence'), el('b', {}, percent(ticket.confidence))),
      fact(t('part'), partView('small', ticket) || t('no_part')),
      fact(t('department'), pick(ticket.department_name), ticket.owner && el('small', {}, ticket.owner)),
      fact(t('urgency'), pick(ticket.urgency)),
      fact(t('site_says'), site.filter(Boolean).join(' · ')),
      fact(t('device'), pick(ticket.device_title), el('small', {}, [ticket.id.device, ticket.model].filter(Boolean).join(' · '))),
      fact(t('kind'), ticket.kind, el('small', {}, `${t('occurrence')} ${ticket.id.occurrence} · ${t('repeats')} ${ticket.repeats}`))));
}

function evidence() {
  return ticket.evidence.length > 0 && panel('evidence', t('evidence'), el('div', { class: 'scroll' }, el('table', { class: 'plain' },
    el('thead', {}, el('tr', {}, ['device', 'point', 'value', 'quality', 'against', 'when'].map((key) => el('th', { scope: 'col' }, t(key))))),
    el('tbody', {}, ticket.evidence.map((one) => el('tr', {},
      el('td', {}, one.device), el('td', { class: 'code' }, one.point),
      el('td', { class: 'amount' }, one.value === null ? '–' : `${Number.isInteger(one.value) ? one.value : Number(one.value.toPrecision(6))} ${one.unit || ''}`),
      el('td', {}, t('quality.' + one.quality)), el('td', {}, pick(one.note)), el('td', {}, exact(one.at))))))));
}

function checks() {
  return panel('checks', t('checks'), ticket.checks.length > 0 && el('ol', {}, ticket.checks.map((check) => el('li', {}, pick(check)))));
}

function heldBack() {
  return panel('held', t('held_back'), ticket.held_back.length > 0 && el('ul', {}, ticket.held_back.map((one) => el('li', { class: 'code' }, one))));
}

function charts() { return panel('charts', t('readings'), ticket.series.map(chart)); }

function eventText(event) {
  if (event.report) {
    return [el('b', {}, t('report.' + event.report.event)), event.report.by && ` · ${event.report.by}`,
            el('small', {}, `${sentence(pick(event.report.what))} (#${event.report.seq})`)];
  }
  return [el('b', {}, t('event.' + event.kind)), event.clock && ` ${t('clock.' + event.clock)}`, event.party_name && ` ${pick(event.party_name)}`,
          event.outcome && ` · ${t('outcome.' + event.outcome)}`, event.until && ` → ${date(event.until)}`, event.note && el('small', {}, event.note)];
}

function ledger() {
  return panel('ledger', t('ledger'),
    ticket.ledger_skipped > 0 && el('p', { class: 'quiet' }, `${ticket.ledger_skipped} ${t('skipped')}`),
    el('ol', { class: 'timeline' }, [...ticket.ledger].reverse().map((event) => el('li', { 'data-kind': event.kind },
      el('time', { datetime: event.at }, exact(event.at)), el('div', {}, eventText(event)),
      el('span', { class: 'who' }, event.by || t('service'))))));
}

async function act(verb, body) {
  const by = document.getElementById('by').value.trim();
  if (!by) {
    complaint = t('name_needed');
    return draw();
  }
  localStorage.setItem('by', by);
  try {
    ticket = await ask(`tickets/${encodeURIComponent(number)}/${verb}`, { by, note: document.getElementById('note').value.trim(), ...body });
    complaint = '';
    document.getElementById('note').value = '';
  } catch (problem) {
    complaint = `${t('failed')}: ${problem.message}`;
  }
  draw();
}

function button(verb, key, enabled, kind) {
  return el('button', { type: 'button', id: verb, class: kind, disabled: !enabled, onclick: () => act(verb, {}) }, t(key));
}

function actions() {
  const stopped = (kind) => Boolean(ticket.clocks.find((clock) => clock.kind === kind).stopped);
  const outcomes = ['repaired', 'replaced', 'bridged', 'no_fault_found'];
  const allowed = (outcome) => !ticket.measured || outcome === 'bridged';
  const choice = el('select', { id: 'outcome' }, outcomes.map((outcome) => el('option', { value: outcome, disabled: !allowed(outcome) }, t('outcome.' + outcome))));
  choice.value = outcomes.find(allowed);
  const kept = document.getElementById('note');
  const who = document.getElementById('by');
  const by = el('input', { id: 'by', maxlength: 40, autocomplete: 'name' });
  by.value = who ? who.value : localStorage.getItem('by') || '';
  const note = el('textarea', { id: 'note', rows: 2, maxlength: 600 });
  note.value = kept ? kept.value : '';
  return panel('actions', t('actions'),
    complaint && el('p', { class: 'complaint', role: 'alert' }, complaint),
    el('label', {}, t('your_name'), by), el('label', {}, t('note'), note),
    ticket.open ? [
      el('div', { class: 'buttons' }, button('acknowledge', 'acknowledge', !stopped('response'), 'primary'),
        button('start-remote', 'start_remote', !stopped('remote')), button('arrive', 'arrive', !stopped('on_site'))),
      el('label', {}, t('outcome'), choice),
      ticket.measured && el('p', { class: 'quiet' }, t('still_measured')),
      el('div', { class: 'buttons' },
        el('button', { type: 'button', id: 'resolve', class: 'primary', onclick: () => act('resolve', { outcome: choice.value }) }, t('resolve')),
        button('note', 'add_note', true))] : [
      el('p', { class: 'quiet' }, t('closed_note')), el('div', { class: 'buttons' }, button('note', 'add_note', true))],
    el('p', { class: 'quiet' }, t('no_login')));
}

function draw() {
  if (!ticket) return replace(target, el('p', { class: 'empty' }, t('no_ticket')));
  const focused = document.activeElement && document.activeElement.id;
  replace(target, head(),
    el('div', { class: 'columns' },
      el('div', { class: 'main' }, analysis(), evidence(), charts(), heldBack()),
      el('div', { class: 'side' }, checks(), actions())), ledger());
  document.title = `${ticket.number} ${pick(ticket.title)}`;
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
}

async function refresh() {
  try {
    ticket = await ask('tickets/' + encodeURIComponent(number));
  } catch (problem) {
    if (problem.status === 404) ticket = null;
    else console.warn(problem.message);
  }
  draw();
}

bar(draw, true);
await refresh();
listen({ ticket: (changed) => { if (changed.number === number) refresh(); } }, refresh);
