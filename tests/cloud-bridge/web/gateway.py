"""A gateway as the centre sees it: writes messages by hand, without the product's encoder, so that both sides of the
contract are held against the same description."""
import json
import subprocess
import time

EPOCH = "00112233445566aa"


def stamp(seconds_ago=0.0):
    at = time.time() - seconds_ago
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".%03dZ" % int(at % 1 * 1000)


def moment(seconds_ago=0.0):
    return {"boot_ns": 5_000_000_000_000, "wall": stamp(seconds_ago), "trust": "ntp"}


def envelope(gateway, kind, seq, epoch=EPOCH):
    return {"specversion": "1.0", "id": f"{epoch}-{seq}", "source": f"/gateways/{gateway}", "type": kind,
            "time": stamp(), "datacontenttype": "application/json"}


def both(zh, en):
    return {"zh": zh, "en": en}


KINDS = {
    "relay.welded": dict(
        cls="major", title=both("继电器触点粘连", "Relay contact welded"), part="SRD-05VDC-SL-C",
        part_name=both("5 V 继电器", "Relay 5 V"), department="relay-electronics", confidence=0.97,
        what=both("命令断开 12 秒后触点反馈仍为闭合，连续两次操作均如此。",
                  "Twelve seconds after the order to open the contact still reads closed, on two operations in a row."),
        urgency=both("立即处理：考生可能触及带电端子。", "At once: a candidate may touch a live terminal."),
        checks=[both("断开工位总开关，确认负载侧无电压。", "Switch the seat off at its main switch and prove the load side dead."),
                both("用万用表测量触点电阻，断开时应大于 1 MΩ。", "Measure across the contact: open means over 1 MΩ."),
                both("更换继电器并做两次通断试验。", "Replace the relay and operate it twice.")],
        evidence=[("relay.3.state", 1, "", both("命令：断开", "commanded off")),
                  ("output.voltage", 12.04, "V", both("断开时应低于 0.5 V", "below 0.5 V when off"))]),
    "power.sag": dict(
        cls="ordinary", title=both("电源输出电压偏低", "Rail voltage low"), part="LM2596S",
        part_name=both("LM2596S 降压模块", "LM2596S step-down module"), department="power", confidence=0.88,
        what=both("12 V 输出降至 11.21 V，低于限值 11.40 V 已持续 45 秒。",
                  "The 12 V rail fell to 11.21 V, below its limit of 11.40 V for 45 seconds."),
        urgency=both("下次考试前处理。", "Before the next exam."),
        checks=[both("测量输入电压，应高于输出 2 V 以上。", "Measure the input: at least 2 V above the output."),
                both("检查负载电流是否超过 3 A。", "Check that the load draws less than 3 A.")],
        evidence=[("output.voltage", 11.21, "V", both("限值 11.40 V", "limit 11.40 V")),
                  ("output.current", 1.84, "A", both("额定 3 A", "rated 3 A"))]),
    "leakage.rising": dict(
        cls="preventive", title=both("泄漏电流缓慢上升", "Leakage current rising"), part="", part_name=both("", ""),
        department="measurement", confidence=0.72,
        what=both("泄漏电流 30 天内由 2.1 mA 升至 3.4 mA，按此趋势约 40 天后达到限值 5 mA。",
                  "Leakage rose from 2.1 mA to 3.4 mA in 30 days and would reach its limit of 5 mA in about 40 days."),
        urgency=both("两个月巡检时处理。", "At the next bimonthly inspection."),
        checks=[both("检查接地夹与测试线。", "Check the ground clamp and the test lead.")],
        evidence=[("leakage.current", 3.4, "mA", both("限值 5 mA", "limit 5 mA"))]),
}


def finding(gateway, seq, device="seat-07", kind="relay.welded", point="relay.3.state", event="opened", active=True,
            occurrence=1, since=95.0, device_title=None, epoch=EPOCH, held_back=(), what=None, state=None):
    facts = KINDS[kind]
    analysis = {
        "title": facts["title"], "what": what or facts["what"],
        "where": both("长沙考核点 / 7 号工位 / 继电器板 3 路", "Changsha site / seat 7 / relay board, channel 3"),
        "confidence": facts["confidence"], "part": facts["part"], "part_name": facts["part_name"],
        "department": facts["department"], "urgency": facts["urgency"], "checks": facts["checks"],
        "evidence": [{"device": device, "point": name, "value": value, "unit": unit, "quality": "good",
                      "at": stamp(20), "note": note} for name, value, unit, note in facts["evidence"]],
        "held_back": list(held_back)}
    body = {"id": {"site": "changsha-1", "device": device, "point": point, "kind": kind, "occurrence": occurrence},
            "class": facts["cls"], "state": state or ("unacknowledged" if active else "returned"), "active": active,
            "since": moment(since), "changed": moment(5)}
    if not active:
        body["returned"] = moment(5)
    body.update({"by": "", "reason": "", "repeats": 0, "analysis": analysis})
    message = envelope(gateway, "inspect.finding.v1", seq, epoch)
    message["data"] = {"site_title": both("长沙考核点", "Changsha site"),
                       "device_title": device_title or both("7 号工位继电器板", "Relay board, seat 7"),
                       "model": "waveshare-relay-8ch", "event": event, "finding": body}
    return json.dumps(message, ensure_ascii=False)


def state(gateway, online=True, **agent):
    return json.dumps({"gateway": gateway, "online": online, "time": stamp(), "version": "0.1.0", **agent})


def publish(port, topic, payload, retain=False):
    subprocess.run(["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-s"] +
                   (["-r"] if retain else []), input=payload.encode(), check=True, timeout=20)


def publish_all(port, topic, payloads):
    """Many messages over one connection; none of them holds a line break."""
    subprocess.run(["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-l"],
                   input="".join(payload + "\n" for payload in payloads).encode(), check=True, timeout=60)


def readings(gateway, seq, device, point, unit, values, epoch="aa00112233445566", step=10):
    message = envelope(gateway, "inspect.readings.v1", seq, epoch)
    message["data"] = {"dropped": 0, "entries": [
        {"device": device, "point": point, "unit": unit, "value": value, "quality": "good" if value is not None else "bad",
         "reason": "none" if value is not None else "no_answer", "at": stamp((len(values) - i) * step)}
        for i, value in enumerate(values)]}
    return json.dumps(message)
