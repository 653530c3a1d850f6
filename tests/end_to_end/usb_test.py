"""The agent before USB ports that are not there: `usbstage` plays the devices to the unmodified program, and breaks them.

One board on a port of the machine, one and an instrument behind a hub, and a Modbus device whose input is wired to the
first board's relay 1: what a board cannot see of itself. Each case breaks something, looks what the agent tells, mends
it, and looks again.
"""
import ctypes
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from chain import BIN, PR_SET_PDEATHSIG, ROOT, Process, free_port, until
from usb_bench import Agent, timed

SITE = """
[site]
name = "usb"
title = "USB"
gateway = "usb-gw-01"
[store]
directory = "{folder}/store"
[control]
socket = "{folder}/control.sock"
[[bus]]
name = "usb-1"
title = {{ zh = "机箱口 1", en = "port 1" }}
usb = {{ port = "1-1" }}
[[bus]]
name = "usb-2"
title = {{ zh = "集线器口 1", en = "hub port 1" }}
usb = {{ port = "1-2.1" }}
[[bus]]
name = "usb-3"
title = {{ zh = "集线器口 2", en = "hub port 2" }}
usb = {{ port = "1-2.2" }}
[[bus]]
name = "tcp-1"
title = "TCP"
tcp = {{ host = "127.0.0.1", port = {tcp} }}
[[device]]
name = "board-1"
title = {{ zh = "1 号 USB 继电器板", en = "USB relay board 1" }}
bus = "usb-1"
profile = "dcttech-4"
allow = ["relay.1.on", "relay.1.off"]
[[device]]
name = "board-2"
title = {{ zh = "2 号 USB 继电器板", en = "USB relay board 2" }}
bus = "usb-2"
profile = "dcttech-2"
[[device]]
name = "meter"
title = {{ zh = "泄漏电流测试仪", en = "leakage tester" }}
bus = "usb-3"
profile = "tos3200"
[[device]]
name = "inputs"
title = {{ zh = "反馈输入", en = "feedback inputs" }}
bus = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
[[watch]]
detector = "mismatch"
kind = "relay.welded"
point = "inputs/input.1.state"
against = "board-1/relay.1.command"
when = "off"
settle_ms = 500
off_delay_ms = 3000
[end]
site = "usb"
"""

SIM = """
seed = 4
[[line]]
name = "tcp-1"
tcp = {tcp}
[[device]]
name = "inputs"
line = "tcp-1"
unit = 2
profile = "waveshare-relay-8ch-d"
"""


class Bench(Agent):
    def __init__(self):
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="usb-")))
        tcp = free_port()
        (self.folder / "site.toml").write_text(SITE.format(folder=self.folder, tcp=tcp), encoding="utf-8")
        (self.folder / "sim.toml").write_text(SIM.format(tcp=tcp), encoding="utf-8")
        profiles = ROOT / "drivers/profiles"
        self.sim = Process("sitesim", [BIN / "sitesim", "--site", self.folder / "sim.toml", "--profiles", profiles, "--socket",
                                       self.folder / "sim", "--die-with-parent"], self.folder).start()
        self.log = open(self.folder / "inspectd.log", "ab")
        libc = ctypes.CDLL(None)
        self.stage = subprocess.Popen(
            [BIN / "usbstage", BIN / "inspectd", "--config", self.folder / "site.toml", "--profiles", profiles,
             "--catalogue", ROOT / "protocol/catalogue", "--last-good", self.folder / "last-good.toml"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        until(lambda: self.simulate("list") or True, 10, "the simulator")

    def say(self, *words):
        self.stage.stdin.write(" ".join(words) + "\n")
        self.stage.stdin.flush()
        answer = self.stage.stdout.readline().strip()
        assert answer.startswith("ok"), f"{words}: {answer}"
        return answer[3:]

    def simulate(self, *words):
        return subprocess.run([BIN / "sitesim", "--socket", self.folder / "sim", *words], check=True, capture_output=True,
                              text=True, timeout=20).stdout

    def well(self, seconds, why):
        until(lambda: self.good("board-1/relay.1.command") and self.good("board-2/relay.1.command") and
              self.health("meter") == "active" and not self.active(), seconds, why)

    def end(self, kept):
        self.stage.stdin.close()
        self.stage.wait(10)
        self.sim.stop()
        if kept:
            print(f"logs are kept in {self.folder}\n" +
                  "\n".join((self.folder / "inspectd.log").read_text(errors="replace").splitlines()[-30:]))
        else:
            shutil.rmtree(self.folder)


def read(bench):
    bench.say("plug", "1-1", "relay4", "HURTM")
    bench.say("plug", "1-2", "hub")
    bench.say("plug", "1-2.1", "relay2", "HURTM")  # boards leave the factory with the same ID
    bench.say("plug", "1-2.2", "meter", "SN42")
    bench.say("start")
    until(lambda: bench.ctl("status"), 15, "the agent answers")
    bench.well(15, "both boards and the instrument are read")
    bench.say("act", "1-1", "set", "3", "on")
    timed(lambda: bench.good("board-1/relay.3.command", 1), 3, "an output that changed is seen")
    assert bench.good("board-2/relay.2.command", 0)


def welded(bench):
    bench.say("act", "1-1", "set", "1", "on")
    bench.simulate("set", "inputs", "input.1.state", "1")
    until(lambda: bench.good("board-1/relay.1.command", 1), 10, "the relay is on")
    bench.say("act", "1-1", "set", "1", "off")
    finding = "inputs/input.1.state/relay.welded"
    timed(lambda: finding in bench.active(), 5, "a welded relay of a USB board is found")
    bench.simulate("set", "inputs", "input.1.state", "0")
    until(lambda: not bench.active(), 20, "the weld is gone")


def noise_is_health(bench):
    """One read in three fails, and the ID is corrupt: no finding, and every value good."""
    bench.say("act", "1-1", "stall", "every", "3")
    bench.say("act", "1-1", "corrupt-id")
    end = time.monotonic() + 5
    while time.monotonic() < end:
        assert bench.good("board-1/relay.1.command"), bench.reading("board-1/relay.1.command")
        assert not bench.active(), bench.active()
    bench.say("act", "1-1", "heal")


def hang(bench):
    """A board that hangs is told as silent, holds up nobody else, and is read again when it is well."""
    bench.say("act", "1-1", "silent")
    until(lambda: bench.reading("board-1/relay.1.command")["quality"] == "bad", 10, "a hanging board is not read")
    oldest = 0
    end = time.monotonic() + 10
    while time.monotonic() < end:
        oldest = max(oldest, bench.reading("inputs/input.2.state")["age_ms"],
                     bench.reading("board-2/relay.1.command")["age_ms"])
    print(f"while a board hangs the others' readings are at most {oldest} ms old", flush=True)
    assert oldest < 2100, "a hanging board holds up the others"
    assert any(key.startswith(("board-1/", "usb-1/")) for key in bench.active()), bench.active()
    bench.say("act", "1-1", "heal")
    bench.well(60, "the board that hung is well again")


def unplug(bench):
    bench.say("unplug", "1-1")
    until(lambda: bench.reading("board-1/relay.1.command")["reason"] == "bus", 10, "the unplug is seen")
    until(lambda: "usb-1/-/bus.unavailable" in bench.active(), 20, "an empty port is told")
    bench.say("plug", "1-1")
    timed(lambda: bench.good("board-1/relay.1.command"), 5, "a board that was plugged in again is read")
    until(lambda: not bench.active(), 30, "the port is told to be well")
    # Its twin would look the same: only a proof for this connection counts.
    assert bench.usb("board-1")["identity"] == "unproven"
    assert bench.good("board-1/relay.3.command", 0), "a board without power forgets its outputs"


def other_device(bench):
    bench.say("unplug", "1-1")
    bench.say("plug", "1-1", "relay2", "AAAAA")
    until(lambda: any("another device is at USB port 1-1" in f["analysis"]["what"]["en"]
                      for f in bench.ctl("findings") if f["active"]), 20, "the other device is named")
    assert bench.say("state", "1-1").endswith("orders 0")
    bench.say("unplug", "1-1")
    bench.say("plug", "1-1", "relay4", "HURTM")
    bench.well(20, "the right board is back")


def wired(bench, *words):
    """Runs a command while relay 1 of the first board moves the input; its exit code."""
    command = subprocess.Popen([BIN / "inspectctl", "--socket", bench.folder / "control.sock", *words],
                               stdout=bench.log, stderr=bench.log)
    while command.poll() is None:
        outputs = int(bench.say("state", "1-1").split()[1])
        bench.simulate("set", "inputs", "input.1.state", str(outputs & 1))
    return command.returncode


def identity(bench):
    """Written down, exchanged, put back; an instrument is proven by its own word."""
    def of(device):
        return bench.usb(device)["identity"]

    assert {of("board-1"), of("board-2"), of("meter")} == {"unproven"}
    for device in ("board-1", "board-2", "meter"):
        bench.ctl("usb", "adopt", device, "--by", "Li")
    assert of("board-1") == "unproven"
    until(lambda: of("meter") == "proven", 5, "an instrument that says its serial number is proven")
    # The input is not wired: moving the relay moves nothing, so nothing is proven, and the relay is put back.
    try:
        bench.ctl("usb", "prove", "board-1", "--relay", "1", "--witness", "inputs/input.1.state")
        raise SystemExit("a proof without a witness that follows")
    except subprocess.CalledProcessError as refused:
        assert "did not follow" in refused.stderr, refused.stderr
    assert bench.say("state", "1-1").endswith("orders 2"), bench.say("state", "1-1")
    try:
        bench.ctl("usb", "prove", "board-2", "--relay", "1", "--witness", "inputs/input.1.state")
        raise SystemExit("a write that the configuration does not allow")
    except subprocess.CalledProcessError as refused:
        assert refused.returncode == 4, refused
    # Now its contact is wired to the input.
    assert wired(bench, "usb", "prove", "board-1", "--relay", "1", "--witness", "inputs/input.1.state") == 0
    assert of("board-1") == "proven"
    assert bench.say("state", "1-1").endswith("orders 6"), bench.say("state", "1-1")
    bench.say("act", "1-1", "id", "OTHER")
    timed(lambda: "usb-1/-/usb.identity" in bench.active(), 5, "another board in its place is told")
    assert of("board-1") == "doubtful"
    bench.say("act", "1-1", "id", "HURTM")
    until(lambda: not bench.active(), 20, "the right board is back")
    assert of("board-1") == "proven"


def hub(bench):
    """A hub without power is one finding; what is behind it is not told beside it."""
    for port in ("1-2.2", "1-2.1", "1-2"):
        bench.say("unplug", port)
    timed(lambda: "usb-hub-1-2/-/usb.hub" in bench.active(), 10, "a hub that vanished is told")
    until(lambda: bench.reading("board-2/relay.1.command")["reason"] == "bus", 10, "the board behind it is not available")
    end = time.monotonic() + 8
    while time.monotonic() < end:
        assert set(bench.active()) == {"usb-hub-1-2/-/usb.hub"}, bench.active()
    for port in ("1-2", "1-2.1", "1-2.2"):
        bench.say("plug", port)
    bench.well(20, "the hub and all behind it are back")


def storm(bench):
    """A board that comes and goes is left alone, with one finding that names cable or power."""
    for _ in range(5):
        bench.say("unplug", "1-2.1")
        bench.say("plug", "1-2.1")
    timed(lambda: "usb-2/-/usb.cable" in bench.active(), 10, "a board that comes and goes is told")
    finding = bench.active()["usb-2/-/usb.cable"]
    assert finding["analysis"]["part"] == "shielded USB cable with ferrite 1 m", finding
    until(lambda: bench.reading("board-2/relay.1.command")["reason"] == "bus", 10, "it is left alone")
    end = time.monotonic() + 8
    while time.monotonic() < end:
        assert set(bench.active()) == {"usb-2/-/usb.cable"}, bench.active()


def main():
    bench = Bench()
    kept = True
    try:
        read(bench)
        for case in (welded, noise_is_health, hang, identity, unplug, hub, other_device, storm):
            print(f"--- {case.__name__}", flush=True)
            case(bench)
        assert bench.say("stop") == "0"
        kept = False
    finally:
        bench.end(kept)
    print("ok")


if __name__ == "__main__":
    main()
