"""A private broker and a ticket service on free ports, in a directory of their own; both die with this process."""
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def die_with_parent():
    # A file that must not grow is an error to the program, not its end; ignored signals outlive exec.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ctypes.CDLL("libc.so.6").prctl(1, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, limit=20.0, what="condition"):
    """The value of `condition` once it is true; a test that waits for nothing else than what it needs."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {limit} s: {what}")


class Stack:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="ticketd-page-")
        self.broker_port = free_port()
        self.processes = []

    def __enter__(self):
        with open(f"{self.directory}/broker.conf", "w", encoding="utf-8") as conf:
            conf.write(f"listener {self.broker_port} 127.0.0.1\nallow_anonymous true\n")
        self.start_broker()
        self.start_ticketd()
        return self

    def start_broker(self):
        mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.start([mosquitto, "-c", f"{self.directory}/broker.conf"], "broker")
        wait_for(lambda: self.reachable(self.broker_port), what="the broker")

    def freeze_files(self, frozen):
        """What a full disk does to ticketd, without one: none of its files can be written."""
        _, most = resource.prlimit(self.ticketd.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.ticketd.pid, resource.RLIMIT_FSIZE, (0 if frozen else most, most))

    def start(self, command, name, **options):
        with open(f"{self.directory}/{name}.log", "ab") as log:
            process = subprocess.Popen(command, stderr=log, preexec_fn=die_with_parent,
                                       stdout=options.get("stdout", log))
        self.processes.append(process)
        return process

    def start_ticketd(self, port=0):
        ticketd = os.path.join(os.environ["INSPECT_BIN"], "ticketd")
        self.ticketd = self.start([ticketd, "--config", "examples/ticketd.toml", "--port", str(port), "--broker-port",
                                   str(self.broker_port), "--store", f"{self.directory}/store", "--pages",
                                   "cloud-bridge/web"], "ticketd", stdout=subprocess.PIPE)
        line = self.ticketd.stdout.readline().decode().strip()
        assert line.startswith("http://"), self.log()
        self.url = line.rstrip("/")
        wait_for(lambda: self.get("/healthz").get("broker") == "up", what="ticketd at the broker")

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self):
        with open(f"{self.directory}/ticketd.log", encoding="utf-8", errors="replace") as log:
            return log.read()

    @staticmethod
    def reachable(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def get(self, path):
        return self.call("GET", path)[1]

    def call(self, method, path, body=None, headers=None):
        """(status, document) of a request."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")
