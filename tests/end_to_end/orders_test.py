"""Orders through the real agent: guarded by exam, configuration and proof, read back, held by the board's own timer, and let
go within 2 s when the agent is killed. In the end thousands of random requests come over the control socket, and every
frame that writes is looked at on the wire.

A relay board hangs on a line that this program watches; its relay 1 is wired to an input of another board.
"""
import json
import random
import socket
import sys
import time

from agent_bench import AgentBench
from chain import ROOT, until
from listen_test import SplitLine

SITE = """
[site]
name = "orders"
title = "orders"
gateway = "orders-gw-01"
[store]
directory = "{folder}/store"
[control]
socket = "{folder}/control.sock"
[[bus]]
name = "rs485-1"
title = "line"
serial = {{ port = "{port}", baud = 9600 }}
[[bus]]
name = "tcp-1"
title = "TCP"
tcp = {{ host = "127.0.0.1", port = {tcp} }}
[[device]]
name = "board"
title = {{ zh = "继电器板", en = "relay board" }}
bus = "rs485-1"
unit = 2
profile = "waveshare-relay-8ch"
allow = ["relay.1.on", "relay.1.off", "relay.2.pulse", "relay.2.off"]
[[device]]
name = "fans"
title = {{ zh = "风机板", en = "fan board" }}
bus = "rs485-1"
unit = 3
profile = "unsafe-board"
allow = ["relay.1.on", "relay.1.off"]
[[device]]
name = "inputs"
title = {{ zh = "反馈输入", en = "feedback inputs" }}
bus = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
allow = ["relay.1.on", "relay.1.off"]
[end]
site = "orders"
"""

SIM = """
seed = 4
[[line]]
name = "rs485-1"
pty = "{folder}/rs485-1"
baud = 9600
format = "8N1"
[[line]]
name = "tcp-1"
tcp = {tcp}
[[device]]
name = "board"
line = "rs485-1"
unit = 2
profile = "waveshare-relay-8ch"
[[device]]
name = "fans"
line = "rs485-1"
unit = 3
profile = "unsafe-board"
[[device]]
name = "inputs"
line = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
[[wire]]
from = "board/relay.1"
to = "inputs/input.1.state"
"""

# What the makers' pages say these orders look like: unit, function, address, value.
RELAY_1_ON, RELAY_1_OFF = (2, 5, 0x0000, 0xFF00), (2, 5, 0x0000, 0x0000)
RELAY_2_FLASH, RELAY_2_OFF = (2, 5, 0x0201, 0x0007), (2, 5, 0x0001, 0x0000)
ALLOWED = {RELAY_1_ON, RELAY_1_OFF, RELAY_2_FLASH, RELAY_2_OFF}


class WatchedLine(SplitLine):
    """Keeps every question that is more than a read, as it stood on the wire."""

    def __init__(self, simulator):
        self.writes = []
        super().__init__(simulator)

    def on_question(self, data):
        # The agent hands a question to the port in one piece.
        if data[1] > 4:
            self.writes.append((data[0], data[1], int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")))


class Bench(AgentBench):
    def __init__(self):
        super().__init__("orders")
        self.line = None
        self.write_unsafe_board(self.profiles)
        self.start_simulator(SIM.format(folder=self.folder, tcp=self.tcp_port))
        self.line = WatchedLine(self.folder / "rs485-1")
        self.make_agent(SITE.format(folder=self.folder, port=self.line.master_path, tcp=self.tcp_port))

    def close(self):
        if self.line is not None:
            self.line.close()

    @staticmethod
    def write_unsafe_board(profiles):
        """A board as a site owner may describe it: what hangs on relay 1 must not stay on, and nothing lets go of it."""
        text = (profiles / "waveshare-relay-8ch.toml").read_text(encoding="utf-8").replace("waveshare-relay-8ch",
                                                                                           "unsafe-board")
        head, rest = text.split('name = "relay.{n}.on"', 1)
        text = head + 'name = "relay.{n}.on"\nunsafe_if_left = true' + rest
        before, after = text.split("[release]\n", 1)
        tail = after.split("[[blind_spot]]", 1)[1]
        text = before + ('[release]\nby = "nothing"\nwhy = { zh = "板上没有定时器", en = "the board has no timer" }\n\n'
                         "[[blind_spot]]") + tail
        (profiles / "unsafe-board.toml").write_text(text, encoding="utf-8")

    def contact(self, relay, device="board"):
        """What the relay really is, told by the board itself and not by the agent."""
        out = self.simulate("status", device)
        row = next(line for line in out.splitlines() if f"relay.{relay}.command" in line)
        return row.split()[1] == "1"


def guarded(bench):
    bench.refused("prove it first", "order", "board", "relay.1", "on")
    bench.refused("allow", "order", "board", "relay.5", "on")
    assert not bench.line.writes, "nothing was written without a permit"

    # Relay 2 is wired to nothing: its board is not the one that is meant, as far as anybody can see.
    wrong = bench.run("prove", "board", "relay.2", "--witness", "inputs/input.1.state")
    assert wrong.returncode == 1 and "did not follow" in wrong.stderr, wrong
    bench.refused("prove it first", "order", "board", "relay.1", "on")
    assert bench.ctl("prove", "board", "relay.1", "--witness", "inputs/input.1.state")["identity"] == "proven"
    until(lambda: not bench.contact(1) and not bench.contact(2), 3, "a proof leaves everything as it was")
    print("proven by a moved output", flush=True)

    bench.ctl("order", "board", "relay.1", "on", "--by", "Li")
    assert bench.contact(1)
    bench.ctl("order", "board", "relay.1", "off")
    assert not bench.contact(1)
    bench.refused("nothing would let go of it", "order", "fans", "relay.1", "on")
    log = (bench.folder / "inspectd.log").read_text(errors="replace")
    assert "(Li)" in log and "relay.1.on" in log, "the journal says who ordered what"


def exam(bench):
    begun = bench.ctl("exam", "begin", "--for", "2h", "--by", "Zhang")
    assert begun["on"] and begun["by"] == "switch" and "Zhang" in begun["who"], begun
    before = len(bench.line.writes)
    bench.refused("exam", "order", "board", "relay.1", "on")
    bench.refused("exam", "prove", "board", "relay.1", "--witness", "inputs/input.1.state")
    scan = bench.run("bus", "scan", "rs485-1", "--units", "9-9", "--profiles", ROOT / "drivers/profiles")
    assert scan.returncode == 4 and "exam" in scan.stderr, scan
    bench.agent.kill()
    bench.start()
    assert bench.ctl("status")["exam"]["until"], "an exam is on after a kill"
    bench.refused("exam", "order", "board", "relay.1", "on")
    assert len(bench.line.writes) == before, "nothing was written while an exam was on"
    assert not bench.ctl("exam", "end")["on"]
    bench.agent.kill()
    bench.start()
    assert not bench.ctl("exam")["on"], "an exam that was ended stays ended"
    bench.ctl("order", "board", "relay.1", "on")
    bench.ctl("order", "board", "relay.1", "off")
    print("an exam holds over a kill, and so does its end; so does the proof", flush=True)


def let_go(bench):
    """Killed at different times after an order that is held, the output is off within 2 s."""
    took = []
    for n in range(8):
        held = bench.ctl("order", "board", "relay.2", "on", "--for", "1m")
        assert held["sent"] == "relay.2.pulse" and held["again_ms"] == 350, held
        count = len(bench.line.writes)
        until(lambda: len(bench.line.writes) >= count + 2 + n % 3, 5, "it is held")
        assert bench.contact(2), "it is held without a gap"
        if n % 2:
            time.sleep(0.05 * n)
        killed = time.monotonic()
        bench.agent.kill()
        until(lambda: not bench.contact(2), 2, "the output is let go within 2 s")
        took.append(time.monotonic() - killed)
        bench.start()
        assert not bench.contact(2)
    took.sort()
    print(f"let go after kill -9: n {len(took)}, min {took[0]:.2f} s, median {took[len(took) // 2]:.2f} s, "
          f"max {took[-1]:.2f} s", flush=True)

    # It stays on without a gap for its time, and is switched off at its end.
    ordered = time.monotonic()
    bench.ctl("order", "board", "relay.2", "on", "--for", "3s")
    while time.monotonic() < ordered + 2.5:
        assert bench.contact(2), f"a gap after {time.monotonic() - ordered:.2f} s"
    until(lambda: not bench.contact(2), 3, "its time is over")
    assert RELAY_2_OFF in bench.line.writes
    bench.ctl("order", "board", "relay.2", "on")
    bench.ctl("order", "board", "relay.2", "off")
    assert not bench.contact(2)
    assert bench.agent.stop() == 0
    bench.start()


def noise(bench, count):
    """Random requests, right and wrong. By its own rule: whatever writes is allowed, and never while an exam is on."""
    pick = random.Random(20261125)
    bench.ctl("exam", "begin", "--for", "1h")
    during_exam = len(bench.line.writes)
    talk = socket.socket(socket.AF_UNIX)
    talk.connect(str(bench.folder / "control.sock"))
    answers = talk.makefile("rb")
    words = ["board", "fans", "inputs", "nobody", "relay.1.on", "relay.1.off", "relay.2.on", "relay.2.pulse", "relay.3.on",
             "relay.all.off", "relay.1", "relay.2", "inputs/input.1.state", "board/relay.1.command", "rs485-1", "", "*", "张"]
    verbs = ["order"] * 6 + ["bus.probe", "usb.prove", "usb.adopt", "status", "exam", "nonsense"]
    done = 0

    def ask():
        verb = pick.choice(verbs)
        args = {"device": pick.choice(words), "action": pick.choice(words)}
        if verb == "order" and pick.random() < 0.3:  # among those that may be right
            args = {"device": "board", "action": pick.choice(["relay.1.on", "relay.1.off", "relay.2.on", "relay.2.off", "relay.3.on"])}
        if verb == "bus.probe":
            args = {"bus": "rs485-1", "unit": pick.choice([2, 3, 0, 248]), "function": pick.randrange(0, 20),
                    "address": pick.choice([0, 0x201]), "quantity": pick.choice([0, 1, 0xFF00])}
        elif verb == "order" and pick.random() < 0.3:
            args["for_ms"] = pick.choice([-1, 0, 1, 50, 4_000_000, "x", None])
        elif verb.startswith("usb"):
            args = {"device": args["device"]}
        elif verb != "order":
            args = {}
        if pick.random() < 0.1:
            args[pick.choice(["function", "value", "permit", "by"])] = pick.choice([16, "root", True])
        line = json.dumps({"id": 1, "verb": verb, "args": args})
        # A connection that sends 16 lines that are no request is closed: damage few.
        if pick.random() < 0.002:
            line = line[:pick.randrange(1, len(line))]
        return line

    for n in range(count):
        if n == count // 2:
            assert len(bench.line.writes) == during_exam, "written while an exam was on"
            bench.ctl("exam", "end")
        if n % 12 == 0 and n:  # lines that are no request count: a new connection in time
            talk.close()
            talk = socket.socket(socket.AF_UNIX)
            talk.connect(str(bench.folder / "control.sock"))
            answers = talk.makefile("rb")
        talk.sendall(ask().encode() + b"\n")
        answer = json.loads(answers.readline())
        done += bool(answer.get("ok"))
    after = bench.line.writes[during_exam:]
    wrong = set(after) - ALLOWED
    assert not wrong, f"written without a permit: {wrong}"
    assert len(after) > 100 and done > 200, (len(after), done)
    print(f"{count} random requests: {done} done, {len(after)} frames that write, all of them allowed", flush=True)


def main():
    with Bench() as bench:
        bench.start()
        guarded(bench)
        exam(bench)
        let_go(bench)
        noise(bench, 3000)
        assert bench.agent.stop() == 0
    print("orders passed")


if __name__ == "__main__":
    sys.exit(main())
