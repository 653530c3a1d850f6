// Every instant on the pages is shown in the zone of the sites, which the service writes into the page: whoever reads
// "14:05" means the clock on the wall there, wherever the browser stands.
import { language } from '/web/words.js';

function known(zone) {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

const zone = known(document.querySelector('meta[name="time-zone"]').content);
const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
  hourCycle: 'h23', timeZoneName: 'shortOffset' });
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function local(instant) {
  return Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
}

const offsetOf = (parts) => parts.timeZoneName.replace('GMT', 'UTC');

// The service's clock, not the browser's: the difference is learned from each answer.
let difference = 0;
export function learnTime(now) { if (now) difference = Date.parse(now) - Date.now(); }
export function serviceNow() { return Date.now() + difference; }

export function date(instant) {
  if (!instant) return '';
  const at = local(new Date(instant));
  const far = at.year !== local(serviceNow()).year;
  if (language === 'zh') return `${far ? at.year + '年' : ''}${Number(at.month)}月${Number(at.day)}日 ${at.hour}:${at.minute}`;
  return `${Number(at.day)} ${months[at.month - 1]}${far ? ' ' + at.year : ''} ${at.hour}:${at.minute}`;
}

export function exact(instant) {
  const at = local(new Date(instant));
  return `${date(instant)}:${at.second} ${offsetOf(at)}`;
}

// "Asia/Shanghai (UTC+8)"
export function zoneName() {
  const offset = offsetOf(local(serviceNow()));
  return zone ? `${zone} (${offset})` : offset;
}

// The first analysis names its instants in UTC: the gateway does not know who will read it, and where.
export function withLocalTimes(text) {
  return text.replace(/(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?: UTC|Z)/g, (all, day, time) => exact(`${day}T${time}Z`));
}
