"""A device falls silent and comes back: its health is told once per change within two polls, to whoever watches, on the
live view of its bus and in the journal; the ticket comes after its stated silence, and not before."""
import json
import socket
import subprocess
import sys
import threading
import time

from chain import BIN, Chain, until

DEVICE, BUS = "analog-1", "rs485-1"
POLL = 1.0
BACK = 2.0


class Watch(threading.Thread):
    """Events of one device, as they come."""

    def __init__(self, chain):
        super().__init__(daemon=True)
        self.changes, self.findings = [], []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(chain.folder / "control.sock"))
        self.socket.sendall(json.dumps({"id": 1, "verb": "watch", "args": {"target": DEVICE}}).encode() + b"\n")
        self.start()

    def run(self):
        for line in self.socket.makefile():
            event = json.loads(line).get("event", {})
            if event.get("type") == "health":
                self.changes.append((time.monotonic(), event["device"], event["before"], event["health"]))
            if event.get("type") == "finding":
                self.findings.append(time.monotonic())

    def to(self, health):
        return [change for change in self.changes if change[3] == health]


class BusView:
    """`inspectctl bus watch --json`, read line by line."""

    def __init__(self, chain):
        self.child = subprocess.Popen([BIN / "inspectctl", "--socket", chain.folder / "control.sock", "--json", "bus", "watch", BUS],
                                      stdout=subprocess.PIPE, text=True)
        self.last = None
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.last = json.loads(line)

    def health(self):
        units = self.last["units"] if self.last else []
        return next((unit["health"] for unit in units if unit["device"] == DEVICE), None)

    def stop(self):
        self.child.terminate()
        self.child.wait(10)


def journal(chain, words):
    text = (chain.folder / "inspectd.log").read_text(errors="replace")
    return [line for line in text.splitlines() if f"{DEVICE} on {BUS} {words}" in line]


def health(chain):
    return next(d["health"] for d in chain.ctl("devices") if d["name"] == DEVICE)


def main():
    with Chain() as chain:
        watch, view = Watch(chain), BusView(chain)
        until(lambda: view.health() == "active", 10, "the live view shows the device active")
        assert not watch.changes, watch.changes

        broken = time.monotonic()
        chain.break_(DEVICE, "silent")
        until(lambda: watch.to("dormant"), 10, "the device is told to be silent")
        told = watch.to("dormant")[0][0] - broken
        assert health(chain) == "dormant"
        until(lambda: watch.findings, 10, "the finding")
        ticket = watch.findings[0] - broken
        until(lambda: view.health() == "dormant", 3, "the live view shows it")
        assert len(journal(chain, "does not answer")) == 1, journal(chain, "does not answer")

        mended = time.monotonic()
        chain.mend(DEVICE)
        until(lambda: watch.to("active"), 10, "the device is told to be back")
        back = watch.to("active")[0][0] - mended
        assert health(chain) == "active"
        until(lambda: view.health() == "active", 3, "the live view shows it")
        assert len(journal(chain, "answers again")) == 1, journal(chain, "answers again")
        view.stop()

        changes = [(before, after) for _, device, before, after in watch.changes if device == DEVICE]
        assert changes == [("active", "degraded"), ("degraded", "dormant"), ("dormant", "active")], changes
        print(f"health told after {told:.2f} s (bound {2 * POLL} s), finding after {ticket:.2f} s, back after {back:.2f} s (bound {BACK} s)")
        assert told <= 2 * POLL, f"told after {told:.2f} s"
        assert told < ticket, "the finding must not come before the health"
        assert back <= BACK, f"back after {back:.2f} s"
    print("1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
