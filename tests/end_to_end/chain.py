"""A whole chain on one machine: simulated site, agent, bridge, private broker, ticket service.

Every process has a port, socket and folder of its own below one temporary folder, dies with this process, and is ended
by its pid. Nothing here waits for a fixed time: `until` asks again until a condition holds or its bound is over.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("INSPECT_BIN", ROOT / "build/dev/bin"))
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, seconds, what):
    """The first true value of `condition()`; fails loudly with `what` when the bound is over."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            last = condition()
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            last = None
            problem = error
        else:
            problem = None
        if last:
            return last
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what} (last: {last!r}, {problem!r})")


class Process:
    """One program of the chain: started, killed, started again."""

    def __init__(self, name, arguments, folder):
        self.name, self.arguments, self.folder = name, [str(a) for a in arguments], folder
        self.log = open(folder / f"{name}.log", "ab")
        self.child = None

    def start(self):
        libc = ctypes.CDLL(None)
        self.child = subprocess.Popen(
            self.arguments, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, cwd=ROOT,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        return self

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self, seconds=10):
        """A polite end; returns the exit code."""
        if self.child is None or self.child.poll() is not None:
            return self.child.returncode if self.child else None
        self.child.terminate()
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end in {seconds} s after SIGTERM")

    def alive(self):
        return self.child is not None and self.child.poll() is None


class Chain:
    """The whole chain. `with Chain() as chain:` starts everything and waits until the first readings are there."""

    def __init__(self, keep=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="inspect-"))
        self.keep = keep
        self.tcp_port, self.mqtt_port, self.http_port = free_port(), free_port(), free_port()
        for name in ("agent", "ticketd", "broker"):
            (self.folder / name).mkdir()
        self.write_settings()
        f = self.folder
        profiles, catalogue = ROOT / "drivers/profiles", ROOT / "protocol/catalogue"
        self.sim = Process("sitesim", [BIN / "sitesim", "--site", ROOT / "examples/demo-sim.toml", "-D", f"RUN={f}", "-D",
                                       f"TCP_PORT={self.tcp_port}", "--profiles", profiles, "--socket", f / "sim",
                                       "--die-with-parent"], f)
        self.agent = Process("inspectd", [BIN / "inspectd", "--config", f / "site.toml", "--profiles", profiles,
                                          "--catalogue", catalogue, "--last-good", f / "last-good.toml"], f)
        self.broker = Process("mosquitto", ["/usr/sbin/mosquitto", "-c", f / "mosquitto.conf"], f)
        self.bridge = Process("inspect-bridge", [BIN / "inspect-bridge", "--config", f / "bridge.toml"], f)
        self.ticketd = Process("ticketd", [BIN / "ticketd", "--config", f / "ticketd.toml"], f)
        self.killable = [self.agent, self.bridge, self.broker, self.ticketd]

    def write_settings(self):
        """The demo's own examples, with this run's places."""
        for name in ("site.toml", "bridge.toml", "ticketd.toml", "mosquitto.conf"):
            text = (ROOT / "examples" / f"demo-{name}").read_text(encoding="utf-8")
            for mark, value in {"@RUN@": self.folder, "@TCP_PORT@": self.tcp_port, "@MQTT_PORT@": self.mqtt_port,
                                "@HTTP_PORT@": self.http_port}.items():
                text = text.replace(mark, str(value))
            (self.folder / name).write_text(text, encoding="utf-8")

    def __enter__(self):
        self.sim.start()
        until(lambda: self.simulate("list"), 10, "the simulator")
        self.broker.start()
        self.ticketd.start()
        self.agent.start()
        self.bridge.start()
        until(lambda: self.http("/healthz"), 15, "the ticket service's page")
        until(self.every_device_active, 30, "every device answers")
        until(lambda: any(g["online"] for g in self.gateways()), 15, "the gateway is online at the centre")
        return self

    def __exit__(self, kind, *_):
        for process in (self.bridge, self.agent, self.ticketd, self.broker, self.sim):
            try:
                process.stop()
            except AssertionError:
                if kind is None:
                    raise
        if kind is not None:
            print(f"logs are kept in {self.folder}")
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        elif not self.keep:
            shutil.rmtree(self.folder)

    # the site
    def break_(self, *words):
        return self.simulate("break", *words)

    def mend(self, *words):
        return self.simulate("mend", *words)

    def simulate(self, *words):
        return subprocess.run([BIN / "sitesim", "--socket", self.folder / "sim", *words], check=True,
                              capture_output=True, text=True).stdout

    # the technician
    def ctl(self, *words):
        out = subprocess.run([BIN / "inspectctl", "--socket", self.folder / "control.sock", "--json", *words],
                             check=True, capture_output=True, text=True, timeout=20).stdout
        return json.loads(out)

    def every_device_active(self):
        devices = self.ctl("devices")
        devices = devices["devices"] if isinstance(devices, dict) else devices
        return bool(devices) and all(d["health"] == "active" for d in devices)

    # the dispatcher
    def http(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("X-Requested-With", "test")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()

    def api(self, path, body=None):
        return json.loads(self.http("/api/v1" + path, body))

    def tickets(self):
        answer = self.api("/tickets")
        return answer["tickets"] if isinstance(answer, dict) else answer

    def gateways(self):
        answer = self.api("/gateways")
        return answer["gateways"] if isinstance(answer, dict) else answer
