"""A line that belongs to another master: an agent that only listens reports what breaks on it, and sends no byte.

The simulated line, the exam host (a second agent, which asks) and the listener hang on one line that this program plays:
every byte of the one side reaches the others, and what comes from the listener is counted.
"""
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty

from chain import BIN, ROOT, Process, free_port, until

# Two of the master's cycles of one second, a second, and what a loaded machine adds.
BOUND = 4.0


class SplitLine:
    """One wire with three places on it. `listener` may hear; whatever it says is counted and reaches nobody."""

    def __init__(self, simulator):
        self.simulator = os.open(simulator, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.simulator)
        self.master, self.master_path, self.keep_master = self.open_end()
        # As a port is that was just plugged in: it echoes until somebody tells it not to.
        self.listener, self.listener_path, self.keep_listener = self.open_end(raw=False)
        self.said_by_listener = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    @staticmethod
    def open_end(raw=True):
        ours, theirs = pty.openpty()
        if raw:
            tty.setraw(theirs)
        os.set_blocking(ours, False)
        return ours, os.ttyname(theirs), theirs

    def carry(self):
        while not self.ended.is_set():
            ready, _, _ = select.select([self.simulator, self.master, self.listener], [], [], 0.1)
            for end in ready:
                try:
                    data = os.read(end, 4096)
                except (BlockingIOError, OSError):
                    continue
                if end == self.listener:
                    self.said_by_listener += len(data)
                    continue
                os.write(self.listener, data)
                if end == self.master:
                    self.on_question(data)
                os.write(self.master if end == self.simulator else self.simulator, data)

    def on_question(self, data):
        """What the master asks."""

    def close(self):
        self.ended.set()
        self.thread.join()
        for descriptor in (self.simulator, self.master, self.listener, self.keep_master, self.keep_listener):
            os.close(descriptor)


def site(folder, name, port, tcp_port, extra=""):
    """The demo's site on another port, with a folder of its own."""
    own = folder / name
    own.mkdir()
    text = (ROOT / "examples/demo-site.toml").read_text(encoding="utf-8")
    text = text.replace('port = "@RUN@/rs485-1"', f'port = "{port}"').replace("@RUN@", str(own))
    text = text.replace("@TCP_PORT@", str(tcp_port))
    text = text.replace("stop_bits = 2 }", "stop_bits = 2 }" + extra, 1)
    (own / "site.toml").write_text(text, encoding="utf-8")
    return Process(name, [BIN / "inspectd", "--config", own / "site.toml", "--profiles", ROOT / "drivers/profiles",
                          "--catalogue", ROOT / "protocol/catalogue", "--last-good", own / "last-good.toml"], folder)


def ctl(folder, *words):
    out = subprocess.run([BIN / "inspectctl", "--socket", folder / "listener/control.sock", "--json", *words],
                         check=True, capture_output=True, text=True, timeout=20).stdout
    return json.loads(out)


def open_flags(process, path):
    """With what flags the process holds this file open; by descriptor."""
    flags = {}
    for entry in pathlib.Path(f"/proc/{process.child.pid}/fd").iterdir():
        if os.readlink(entry) == path:
            info = pathlib.Path(f"/proc/{process.child.pid}/fdinfo/{entry.name}").read_text()
            flags[entry.name] = int(next(line for line in info.splitlines() if line.startswith("flags:")).split()[1], 8)
    return flags


def findings(folder):
    return {"/".join([f["device"], f["point"] or "-", f["kind"]]): f for f in ctl(folder, "findings")}


def told_in(folder, finding, seconds):
    started = time.monotonic()
    until(lambda: finding in findings(folder), 30, f"the listener tells {finding}")
    took = time.monotonic() - started
    print(f"{finding}: told after {took:.2f} s (bound {seconds} s)", flush=True)
    assert took <= seconds, f"{finding} took {took:.2f} s"


def check(folder, sim, line, master, listener):
    def simulate(*words):
        subprocess.run([BIN / "sitesim", "--socket", folder / "sim", *words], check=True, capture_output=True)

    on_line = ("relay-1", "relay-3", "rail-12v", "leak-1", "analog-1")
    until(lambda: all(d["health"] == "active" for d in ctl(folder, "devices") if d["bus"] == "rs485-1"), 30,
          "every device on the line is heard")
    for device in on_line:
        assert any(p["reading"]["quality"] == "good" for p in ctl(folder, "points", device)), device
    # What the exam host never asks for was never read, and is not made up.
    assert not findings(folder), findings(folder)

    simulate("break", "relay-1", "welded", "relay.1")
    simulate("order", "relay-1", "relay.1", "off")
    told_in(folder, "relay-1/relay.1.state/relay.welded", BOUND)
    simulate("mend", "relay-1")
    until(lambda: "relay-1/relay.1.state/relay.welded" not in findings(folder) or
          not findings(folder)["relay-1/relay.1.state/relay.welded"]["active"], 30, "the weld is told to be gone")

    simulate("set", "leak-1", "leakage.current", "45")
    told_in(folder, "leak-1/leakage.current/leakage.high", BOUND)
    simulate("set", "leak-1", "leakage.current", "6")

    # A device that does not answer its master is as dead as one that does not answer us.
    simulate("break", "analog-1", "silent")
    told_in(folder, "analog-1/-/link.no-answer", 10.0)
    simulate("mend", "analog-1")
    until(lambda: not any(f["active"] for f in findings(folder).values()), 60, "all is well again")

    # The exam host goes home: the line is quiet, and that accuses nobody.
    before = set(findings(folder))
    assert master.stop() == 0
    until(lambda: ctl(folder, "buses")[0]["health"] == "unknown", 30, "the line is quiet")
    # Settings are asked for by the minute and stay good longer.
    until(lambda: all(p["reading"]["quality"] != "good" for p in ctl(folder, "points", "relay-1")
                      if p["role"] in ("state", "command")), 30, "nothing old is taken for good")
    assert set(findings(folder)) <= before, findings(folder)

    refused = subprocess.run([BIN / "inspectctl", "--socket", folder / "listener/control.sock", "bus", "scan", "rs485-1"],
                             capture_output=True, text=True)
    assert refused.returncode == 4, refused

    flags = open_flags(listener, line.listener_path)
    assert flags, "the listener has the port open"
    assert all(flag & os.O_ACCMODE == os.O_RDONLY for flag in flags.values()), flags
    assert line.said_by_listener == 0, f"{line.said_by_listener} bytes from the listener"
    print(f"the listener sent 0 bytes; its descriptors {flags} are open for reading alone")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="inspect-"))
    tcp_port = free_port()
    sim = Process("sitesim", [BIN / "sitesim", "--site", ROOT / "examples/demo-sim.toml", "-D", f"RUN={folder}", "-D",
                              f"TCP_PORT={tcp_port}", "--profiles", ROOT / "drivers/profiles", "--socket",
                              folder / "sim", "--die-with-parent"], folder).start()
    until(lambda: (folder / "rs485-1").exists(), 10, "the simulated line")
    line = SplitLine(folder / "rs485-1")
    listener = site(folder, "listener", line.listener_path, tcp_port, '\nmode = "listen"')
    master = site(folder, "master", line.master_path, tcp_port)
    failed = True
    try:
        listener.start()
        master.start()
        until(lambda: ctl(folder, "status"), 15, "the listener's socket")
        check(folder, sim, line, master, listener)
        assert listener.stop() == 0
        failed = False
    finally:
        for process in (listener, master, sim):
            if process.alive():
                process.kill()
        line.close()
        if failed:
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
            print(f"logs are kept in {folder}")
    shutil.rmtree(folder)
    print("listening passed")


if __name__ == "__main__":
    sys.exit(main())
