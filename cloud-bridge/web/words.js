// Every word of the pages in both languages, and the choice between them.
const words = {
  product: ['巡检工单', 'Inspection tickets'],
  live: ['实时', 'live'],
  reconnecting: ['正在重连…', 'reconnecting…'],
  store_down: ['数据库无法写入：新故障未被受理，由网关保存并重发。始于', 'The database cannot be written: nothing new is taken, the gateways keep it and send it again. Since'],
  broker_down: ['与消息服务器的连接中断：新故障暂时无法到达，列表可能不全。', 'The message broker is out of reach: nothing new arrives, and the list may be incomplete.'],
  conflict_alarm: ['用已用过的编号发来不同内容：存储卡被复制，或恢复了旧备份？工单照常生成。请查看', 'sent other content under numbers used before: is its card a copy, or an old backup put back? Its tickets are made all the same. Look at the'],
  twins_alarm: ['：两台网关使用同一名称。工单和读数按考核点分开，但无法分辨谁在线；请为其中一台更名。', ': two gateways use the name. Tickets and readings stay apart by site, but which of them is online cannot be told. Rename one of them.'],
  conflict_link: ['隔离的报文', 'messages put aside'],
  more_below: ['条在下方', 'more below'],
  more_hidden: ['条较早的工单未显示；可按编号打开。', 'older tickets are not shown; they open by their number.'],
  all_times: ['所有时间：', 'All times: '],
  switch: ['English', '中文'],
  back: ['全部工单', 'All tickets'],

  open: ['未关闭', 'Open'], all: ['全部', 'All'],
  'state.new': ['待接单', 'New'], 'state.acknowledged': ['已接单', 'Acknowledged'], 'state.remote': ['远程处理', 'Remote work'],
  'state.on_site': ['已到现场', 'On site'], 'state.recovered': ['故障已消失', 'Recovered'],
  'state.bridged': ['备件代用', 'Bridged'], 'state.closed': ['已关闭', 'Closed'],
  'class.major': ['重大', 'Major'], 'class.ordinary': ['普通', 'Ordinary'], 'class.preventive': ['预防', 'Preventive'],
  'outcome.repaired': ['已修复', 'Repaired'], 'outcome.bridged': ['备件代用，保持未关闭', 'Bridged with a spare, stays open'],
  'outcome.replaced': ['已更换新件', 'Replaced'], 'outcome.no_fault_found': ['未发现故障', 'No fault found'],

  'clock.response': ['响应', 'Response'], 'clock.remote': ['远程', 'Remote'], 'clock.on_site': ['到场', 'On site'],
  'limit.response': ['30 分钟', '30 min'], 'limit.remote': ['4 小时', '4 h'], 'limit.on_site': ['12 小时', '12 h'],
  'clock.left': ['剩', 'left'], 'clock.warning': ['即将超时', 'due soon'], 'clock.overdue': ['已超时', 'overdue'],
  'clock.kept': ['按时', 'kept'], 'clock.missed': ['未按时', 'missed'], 'clock.paused': ['暂停至', 'paused until'],

  figure_open: ['未关闭工单', 'open tickets'], figure_awaited: ['待接单', 'waiting for an answer'], figure_major: ['重大故障', 'major faults'],
  figure_overdue: ['超时时钟', 'clocks overdue'], figure_gateways: ['网关在线', 'gateways online'],
  figure_quarantine: ['隔离报文', 'messages put aside'],

  class: ['级别', 'Class'], fault: ['故障', 'Fault'], where: ['位置', 'Where'], since: ['起始', 'Since'], confidence: ['把握', 'Sure'],
  part: ['备件', 'Part'], department: ['部门', 'Department'], state: ['状态', 'State'], clocks: ['三项承诺', 'Promises'],
  none: ['没有符合条件的工单。', 'No tickets here.'],
  all_well: ['目前没有未关闭的工单。各网关在线与否见上方。', 'No open tickets. Whether the gateways are heard stands above.'],
  no_part: ['无需备件', 'no part'], no_longer: ['已测不到该故障，始于', 'Fault no longer measured since'],
  measured: ['故障仍在测得', 'Fault measured now'],
  clock_doubt: ['网关时钟不可信', "gateway's clock not to be trusted"],

  silent: ['代理无响应', 'agent silent'], silent_since: ['代理无响应，始于', 'agent silent since'],
  online: ['在线', 'online'], offline: ['离线', 'offline'], unknown: ['未知', 'unknown'], heard: ['上次消息', 'last heard'],
  gateways_none: ['尚未收到任何网关的消息。', 'No gateway has been heard yet.'],
  missing: ['缺少编号', 'numbers missing'],

  quarantine: ['隔离的报文', 'Messages put aside'],
  quarantine_about: ['值得核查的报文及其原因：无法读取，或编号重复而内容不同。不会阻塞其他报文。', 'Messages somebody should look at, and why: they cannot be read, or reuse a number with other content. They hold up nobody else.'],
  reason: ['原因', 'Reason'], gateway: ['网关', 'Gateway'], times: ['次数', 'Times'], when: ['时间', 'When'],
  conflict: ['编号相同而内容不同：网关存储卡是否被复制？', 'Same number, other content: is a card copied?'],

  what: ['初步分析', 'First analysis'], evidence: ['依据', 'Evidence'], checks: ['先检查', 'Check first'],
  held_back: ['由此故障解释、未单独派单', 'Explained by this fault, no ticket of their own'],
  urgency: ['紧急程度', 'Urgency'], device: ['设备', 'Device'], point: ['测点', 'Point'], value: ['数值', 'Value'], quality: ['质量', 'Quality'],
  against: ['对照', 'Held against'], model: ['型号', 'Model'], kind: ['类型', 'Kind'], occurrence: ['第几次', 'Occurrence'], repeats: ['反复次数', 'Came back'],
  'quality.good': ['良好', 'good'], 'quality.uncertain': ['存疑', 'uncertain'], 'quality.bad': ['无效', 'bad'],
  'reason.never_read': ['尚未读取', 'never read'], 'reason.no_answer': ['设备不应答', 'no answer'], 'reason.line': ['线路故障', 'line'],
  'reason.refused': ['设备拒绝', 'refused'], 'reason.busy': ['设备忙', 'busy'], 'reason.bus': ['总线不可用', 'bus'],
  'reason.implausible': ['数值不可信', 'implausible'], 'reason.stale': ['已过期', 'stale'],
  site_says: ['现场状态', 'On the gateway'],
  'alarm.normal': ['正常', 'normal'], 'alarm.unacknowledged': ['未确认', 'unacknowledged'], 'alarm.acknowledged': ['已确认', 'acknowledged'],
  'alarm.returned': ['已恢复、未确认', 'returned, unacknowledged'], 'alarm.shelved': ['搁置', 'shelved'],
  'alarm.gone': ['已确认，故障已消失，始于', 'acknowledged, gone since'],
  'alarm.suppressed': ['按规则抑制', 'suppressed'], 'alarm.out_of_service': ['停用检修', 'out of service'],

  actions: ['处理', 'Act'], your_name: ['处理人', 'Your name'], note: ['备注', 'Note'],
  acknowledge: ['接单', 'Acknowledge'], start_remote: ['开始远程处理', 'Start remote work'], arrive: ['已到现场', 'Arrived on site'],
  resolve: ['给出结果', 'Resolve'], outcome: ['结果', 'Outcome'], add_note: ['添加备注', 'Add note'],
  name_needed: ['请先填写处理人。', 'Say who you are first.'],
  still_measured: ['故障仍在测得：只能选择“备件代用”，工单保持未关闭。', 'The fault is still measured: only “bridged” can be given, and the ticket stays open.'],
  no_login: ['目前没有登录，按填写的姓名记录。', 'There is no login yet: what you write is what is recorded.'],
  closed_note: ['工单已关闭；再次测得该故障时会自动重新打开。', 'Closed. It opens again by itself when the fault is measured again.'],

  ledger: ['经过', 'Ledger'], readings: ['近期读数', 'Recent readings'], no_value: ['无有效读数', 'no value'], last_value: ['最后读数', 'last value'], no_ticket: ['没有这张工单。', 'There is no such ticket.'],
  'event.reported': ['现场上报', 'Reported by the site'], 'event.acknowledged': ['接单', 'Acknowledged'],
  'event.remote_started': ['开始远程处理', 'Remote work started'], 'event.arrived': ['到达现场', 'Arrived on site'],
  'event.resolved': ['给出结果', 'Resolved'], 'event.paused': ['时钟暂停', 'Clock paused'], 'event.resumed': ['时钟继续', 'Clock resumed'],
  'event.noted': ['备注', 'Note'], 'event.noticed': ['已记录通知', 'Notice recorded'], 'event.dispatched': ['派单给', 'Dispatched to'],
  'event.warned': ['即将超时', 'Due soon'], 'event.expired': ['超时', 'Expired'],
  'report.opened': ['发现故障', 'fault found'], 'report.updated': ['有新依据', 'new evidence'], 'report.returned': ['故障消失', 'fault gone'],
  'report.reopened': ['故障再次出现', 'fault came back'], 'report.acknowledged': ['现场确认', 'acknowledged on site'],
  'report.shelved': ['现场搁置', 'shelved on site'], 'report.unshelved': ['结束搁置', 'unshelved'],
  off: ['断', 'off'], on: ['通', 'on'],
  service: ['系统', 'service'], skipped: ['条更早的记录未显示', 'earlier entries not shown'],
  failed: ['操作未成功', 'Not done'], unreachable: ['服务暂时无法连接。', 'The service cannot be reached now.'],
  ago: ['前', 'ago'], days: ['天', 'd'], hours: ['小时', 'h'], minutes: ['分', 'min'], just_now: ['刚刚', 'just now'],
};

export let language = localStorage.getItem('language') ||
  ((navigator.language || 'zh').toLowerCase().startsWith('zh') ? 'zh' : 'en');

export function setLanguage(next) {
  language = next;
  localStorage.setItem('language', next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}
setLanguage(language);

export function t(key) {
  const pair = words[key];
  return pair ? pair[language === 'zh' ? 0 : 1] : key;
}

// The first letter of an English sentence, whatever the site wrote.
export function sentence(text) {
  return language === 'en' ? text.replace(/^[a-z]/, (letter) => letter.toUpperCase()) : text;
}

// A text of the service: {zh, en}; when one is missing the other is better than nothing.
export function pick(text) {
  if (!text) return '';
  return (language === 'zh' ? text.zh || text.en : text.en || text.zh) || '';
}
