"""Leakage tests through the real agent: an instrument on a serial port, played here, and one that is known by its contacts
alone, started by a relay and read by inputs. Verdicts, findings, what an exam forbids, and what is left after a kill.
"""
import json
import os
import pty
import select
import subprocess
import sys
import threading
import tty

from agent_bench import AgentBench
from chain import BIN, until

SITE = """
[site]
name = "leakage"
title = {{ zh = "泄漏", en = "leakage" }}
gateway = "leakage-gw-01"
[store]
directory = "{folder}/store"
[control]
socket = "{folder}/control.sock"
[[bus]]
name = "serial-1"
title = "serial"
serial = {{ port = "{port}", baud = 9600 }}
[[bus]]
name = "tcp-1"
title = "TCP"
tcp = {{ host = "127.0.0.1", port = {tcp} }}
[[device]]
name = "meter"
title = {{ zh = "泄漏电流测试仪", en = "leakage tester" }}
bus = "serial-1"
profile = "known-meter"
allow = ["test.configure", "test.start"]
[[device]]
name = "board"
title = {{ zh = "启动继电器", en = "start relay" }}
bus = "tcp-1"
unit = 1
profile = "waveshare-relay-8ch"
allow = ["relay.1.on", "relay.1.off", "relay.2.pulse", "relay.2.off"]
[[device]]
name = "inputs"
title = {{ zh = "输入", en = "inputs" }}
bus = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
[inspection]
leakage_plan = "{folder}/plan.toml"
[end]
site = "leakage"
"""

SIM = """
seed = 4
[[line]]
name = "tcp-1"
tcp = {tcp}
[[device]]
name = "board"
line = "tcp-1"
unit = 1
profile = "waveshare-relay-8ch"
[[device]]
name = "inputs"
line = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
[[wire]]
from = "board/relay.1"
to = "inputs/input.8.state"
"""

PLAN = """
[[instrument]]
device = "meter"
form = "rms"
unit = "mA"
of_reading = 0.02
fixed = 0.002
lowest = 0.02
highest = 20
calibrated_until = "2099-05-01"
[[test]]
name = "drill"
title = { zh = "手电钻外壳", en = "housing of the drill" }
device = "meter"
limit = "gb4706-1.class-1.portable"
upper = 5
[[contact_test]]
name = "bench-1"
title = { zh = "1 号工位", en = "bench 1" }
start = "board/relay.2"
pass = "inputs/input.1.state"
fail = "inputs/input.2.state"
longest_ms = 20000
[end]
file = "leakage-plan"
"""

METER = """
[profile]
driver = "serial-tester"
maker = "Played"
title = {{ zh = "演示测试仪", en = "played tester" }}
sources = ["tests/end_to_end/leakage_test.py"]
[tester]
line_end = "lf"
maker = "PLAYED"
model = "KNOWN"
{commands}
[[verdict]]
word = "RUN"
means = "running"
[[verdict]]
word = "PASS"
means = "pass"
[[verdict]]
word = "FAIL"
means = "fail"
[[result]]
point = "test.verdict"
title = {{ zh = "判定", en = "verdict" }}
verdict = true
field = 1
[[result]]
point = "leakage.current"
title = {{ zh = "泄漏电流", en = "leakage current" }}
field = 2
bare_unit = "A"
unit = "mA"
lowest = 0
highest = 100
[release]
by = "own-timer"
why = {{ zh = "自行结束", en = "it ends by itself" }}
[end]
model = "known-meter"
"""
WORDS = {"identify": "*IDN?", "configure": "UPPER {upper}", "start": "START", "wait": "STATE?", "fetch": "RESULT?",
         "stop": "STOP"}


class Meter:
    """A tester on a pseudo-terminal that does what it is told, a line at a time."""

    def __init__(self):
        self.ours, self.keep = pty.openpty()
        tty.setraw(self.keep)
        self.path = os.ttyname(self.keep)
        self.said, self.serial, self.result = [], "SN7", "PASS,2.0E-4"
        self.voltage, self.left, self.runs_for = False, 0, 3
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        text = b""
        while not self.ended.is_set():
            if not select.select([self.ours], [], [], 0.1)[0]:
                continue
            text += os.read(self.ours, 4096)
            *lines, text = text.split(b"\n")
            for line in lines:
                answer = self.take(line.decode())
                if answer is not None:
                    os.write(self.ours, answer.encode() + b"\n")

    def take(self, word):
        self.said.append(word)
        if word == "*IDN?":
            return f"PLAYED,KNOWN,{self.serial},1.0"
        if word == "START":
            self.voltage, self.left = True, self.runs_for
        if word == "STOP":
            self.voltage = False
        if word == "STATE?":
            self.left -= 1
            self.voltage = self.voltage and self.left >= 0
            return "RUN" if self.voltage else "PASS"
        if word == "RESULT?":
            return "RUN" if self.voltage else self.result
        return None

    def close(self):
        self.ended.set()
        self.thread.join()
        os.close(self.ours)
        os.close(self.keep)


class Bench(AgentBench):
    def __init__(self):
        super().__init__("leakage")
        commands = "\n".join(f'[[command]]\njob = "{job}"\nsend = "{send}"' for job, send in WORDS.items())
        (self.profiles / "known-meter.toml").write_text(METER.format(commands=commands), encoding="utf-8")
        (self.folder / "plan.toml").write_text(PLAN, encoding="utf-8")
        self.meter = Meter()
        self.start_simulator(SIM.format(tcp=self.tcp_port))
        # A verdict needs a date that can be believed.
        self.make_agent(SITE.format(folder=self.folder, port=self.meter.path, tcp=self.tcp_port),
                        before=["/usr/bin/env", f"LD_PRELOAD={BIN}/libbelieved_clock.so"])

    def close(self):
        self.meter.close()

    def test(self, name, state, code):
        done = self.run("test", name, "--by", "Li")
        row = json.loads(done.stdout)[0]
        assert (row["state"], done.returncode) == (state, code), (row, done.stderr)
        return row

    def findings(self):
        return {f["id"].split("/", 1)[1]: f for f in self.ctl("findings") if f["active"]}


def instrument(bench):
    assert [row["state"] for row in bench.ctl("test")] == ["never", "never"]
    row = bench.test("drill", "error", 1)
    assert "proven" in row["why"]["en"] and "START" not in bench.meter.said, row
    assert bench.ctl("prove", "meter")["identity"] == "proven"

    row = bench.test("drill", "pass", 0)
    assert "0.2 ± 0.006 mA" in row["why"]["en"] and "0.75" in row["why"]["en"] and "Li" in row["who"], row
    assert "UPPER 5" in bench.meter.said and not bench.findings()
    value = until(lambda: next(p["reading"] for p in bench.ctl("points", "meter") if p["point"] == "leakage.current" and
                               p["reading"]["quality"] == "good"), 10, "the result is a reading of the instrument")
    assert abs(value["value"] - 0.2) < 1e-9, value

    bench.meter.result = "FAIL,1.2E-3"
    bench.test("drill", "fail", 1)
    found = until(bench.findings, 5, "a failed test is a finding")
    assert list(found) == ["meter/test.drill/leakage.test-failed/1"], found
    analysis = found["meter/test.drill/leakage.test-failed/1"]
    assert "1.2" in json.dumps(analysis, ensure_ascii=False) and "housing of the drill" in json.dumps(analysis)

    bench.meter.result = "PASS,7.5E-4"  # at the limit: the instrument cannot tell
    bench.test("drill", "undecidable", 1)
    bench.agent.kill()
    bench.start()
    assert bench.findings(), "the finding is there after a kill, and a test without a verdict does not end it"
    assert bench.ctl("test")[0]["state"] == "undecidable", "and so is the last result"
    bench.meter.result = "PASS,2.0E-4"
    until(lambda: bench.test("drill", "pass", 0), 10, "the proof holds over a kill")
    until(lambda: not bench.findings(), 5, "passing the test ends the finding")
    print("an instrument: pass, fail, undecidable, finding, proof and result over a kill", flush=True)

    # Another instrument of the same model in its place.
    bench.meter.serial = "SN8"
    until(lambda: "doubt" in bench.run("test", "drill").stdout or "another one" in bench.run("test", "drill").stdout, 10,
          "another serial number is in doubt")
    started = bench.meter.said.count("START")
    bench.test("drill", "error", 1)
    assert bench.meter.said.count("START") == started, "an instrument in doubt is not started"
    bench.meter.serial = "SN7"
    until(lambda: bench.run("test", "drill").returncode == 0, 10, "the instrument that was proven is back")


def exam_during_a_test(bench):
    bench.meter.runs_for = 1_000_000
    running = subprocess.Popen([BIN / "inspectctl", "--socket", bench.folder / "control.sock", "--json", "test", "drill"],
                               stdout=subprocess.PIPE, text=True)
    until(lambda: bench.meter.voltage, 10, "the voltage is on")
    bench.ctl("exam", "begin", "--for", "1h")
    until(lambda: not bench.meter.voltage, 3, "an exam that begins takes the voltage off")
    out, _ = running.communicate(timeout=10)
    assert json.loads(out)[0]["state"] == "error" and "exam" in out and running.returncode == 1, out
    refused = bench.run("test", "drill")
    assert refused.returncode == 4 and "exam" in refused.stderr, refused
    bench.ctl("exam", "end")
    bench.meter.runs_for = 3
    bench.test("drill", "pass", 0)
    print("an exam ends a running test with the voltage off", flush=True)


def contacts(bench):
    row = bench.test("bench-1", "error", 1)
    assert "proven" in row["why"]["en"], row
    bench.ctl("prove", "board", "relay.1", "--witness", "inputs/input.8.state")

    def play(closes):
        """The instrument's panel: the start relay's pulse clears both contacts; its verdict closes one."""
        for name in ("input.1.state", "input.2.state"):
            bench.simulate("set", "inputs", name, "0")
        if closes:
            bench.simulate("set", "inputs", closes, "1")

    def run_while(closes):
        running = subprocess.Popen([BIN / "inspectctl", "--socket", bench.folder / "control.sock", "--json", "test", "bench-1"],
                                   stdout=subprocess.PIPE, text=True)
        until(lambda: "relay.2.command                         1" in bench.simulate("status", "board"), 10, "the start pulse")
        play(closes)
        out, _ = running.communicate(timeout=30)
        return json.loads(out)[0]

    play(None)
    assert run_while("input.1.state")["state"] == "pass"
    # The pass contact of the test before is still closed: it is not this test's verdict.
    assert run_while("input.2.state")["state"] == "fail"
    assert "inputs/test.bench-1/leakage.test-failed/1" in until(bench.findings, 5, "a finding")
    play("input.1.state")
    until(lambda: "relay.2.command                         0" in bench.simulate("status", "board"), 5, "the pulse is over")
    print("an instrument by its contacts: pass and fail", flush=True)


def main():
    with Bench() as bench:
        bench.start()
        instrument(bench)
        exam_during_a_test(bench)
        contacts(bench)
        assert bench.agent.stop() == 0
    print("leakage tests passed")


if __name__ == "__main__":
    sys.exit(main())
