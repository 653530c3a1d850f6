"""What every test of USB asks an agent: readings, health, findings, identity."""
import json
import subprocess
import time

from chain import BIN, until


class Agent:
    """An agent at `folder`/control.sock, as a technician sees it."""

    def __init__(self, folder):
        self.folder = folder

    def ctl(self, *words):
        out = subprocess.run([BIN / "inspectctl", "--socket", self.folder / "control.sock", "--json", *words], check=True,
                             capture_output=True, text=True, timeout=20).stdout
        return json.loads(out)

    def reading(self, target):
        device, point = target.split("/")
        return next(p["reading"] for p in self.ctl("points", device) if p["point"] == point)

    def good(self, target, value=None):
        reading = self.reading(target)
        return reading["quality"] == "good" and (value is None or reading["value"] == value)

    def health(self, device):
        return next(d["health"] for d in self.ctl("devices") if d["name"] == device)

    def active(self):
        return {"/".join([f["device"], f["point"] or "-", f["kind"]]): f for f in self.ctl("findings") if f["active"]}

    def usb(self, device):
        return next(row for row in self.ctl("usb") if row["device"] == device)


def timed(condition, seconds, what):
    started = time.monotonic()
    until(condition, 30, what)
    took = time.monotonic() - started
    print(f"{what}: {took:.2f} s (bound {seconds} s)", flush=True)
    assert took <= seconds, f"{what} took {took:.2f} s, more than {seconds} s"
