#!/usr/bin/env python3
"""What one bus gives and what it costs: the whole agent, and collectd beside it, against line_player.

    bus_bench.py [--bin DIR] [--runs 3] [--seconds 20] [--only rtu-115200,rtu-9600,...] [--peers collectd]
                 [--player PROGRAM] [--nice N] [--series] [--json FILE]

32 devices of 10 registers on a serial line, or of 64 behind one TCP port, polled as fast as the bus allows; each
register is a point with a limit, stored and judged. Each case is run `--runs` times, agents in turn; printed are n,
minimum, median and maximum, and the ratio to the peer. Nothing else should run on the machine; where something does,
`--nice -10` (as root) gives the agents, all alike, what inspectd's unit gives it on a gateway. `line_player` takes the
place of the field; any program with its options and its log does (`--player`).

| case | what |
|---|---|
| rtu-115200, rtu-9600 | steady: utilisation of the line, cycle, CPU, memory |
| strict-115200 | slaves drop what comes inside 3.5 characters of silence |
| dead-115200, dead-9600, dead-tcp | unit 7 falls silent, later answers again |
| tcp | steady, 64 registers a question, every 100 ms: 20 480 readings/s |
| tcp-slow | the same every 320 ms: 6 400 readings/s |

Told are the health of the device, at once (`health_told`, from its first unanswered question, also in cycles), and the
finding, after a stated silence (`told`). No live device may wait longer than one cycle and one time-out: `gap_over_ms` is the longest
wait beside the dead device less the longest before it fell silent (not the mean: what the machine itself delays is in
both) and its longest silence; at most 0 is kept.

Utilisation = the shortest cycle that keeps 3.5 characters of silence / the mean cycle seen. Memory is looked at each
second of the window: `rss_now_*` are the least, median and greatest resident size of it, `rss_mib` the highest there
ever was. `--json` is written anew after each case.
"""
import argparse
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS, DEAD = 32, 7
RECORD = struct.Struct("<qqHHBBBBII")
ANSWERED, SILENT, EARLY, CORRUPT, COLLISION, DROPPED = 1, 2, 4, 8, 16, 32
CASES = {
    "rtu-115200": dict(baud=115200, registers=10, period=50),
    "rtu-9600": dict(baud=9600, registers=10, period=50),
    "strict-115200": dict(baud=115200, registers=10, period=50, strict=True),
    "tcp": dict(baud=0, registers=64, period=100),
    "tcp-slow": dict(baud=0, registers=64, period=320),
    "dead-115200": dict(baud=115200, registers=10, period=50, dead=20),
    "dead-9600": dict(baud=9600, registers=10, period=50, dead=40),
    "dead-tcp": dict(baud=0, registers=64, period=100, dead=20),
}


def shortest_transaction_ms(baud, registers):
    character = 11e3 / baud
    gap = 1.75 if baud > 19200 else 3.5 * character
    return 8 * character + gap + 1 + (5 + 2 * registers) * character + gap


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


class Program:
    """One child: dies with this process, is ended by its pid."""
    niceness = 0

    def __init__(self, words, folder, name):
        libc = ctypes.CDLL(None)
        self.log = open(folder / f"{name}.log", "wb")
        self.child = subprocess.Popen([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=self.log,
                                      stderr=self.log, cwd=folder,
                                      preexec_fn=lambda: (libc.prctl(1, signal.SIGKILL), os.nice(Program.niceness)))

    @property
    def pid(self):
        return self.child.pid

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()

    def cpu(self):
        """Seconds on a processor so far, of all threads that live."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            total += int(pathlib.Path(f"/proc/{self.pid}/task/{task}/schedstat").read_text().split()[0])
        return total / 1e9

    def resident(self):
        """MiB resident now."""
        pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def memory(self):
        """MiB: highest resident, proportional and private."""
        kib = {}
        for line in pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]:
            key, value = line.split()[:2]
            kib[key.rstrip(":")] = int(value)
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        peak = int(next(l for l in status.splitlines() if l.startswith("VmHWM")).split()[1])
        return {"rss_mib": peak / 1024, "pss_mib": kib["Pss"] / 1024,
                "private_mib": (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Inspectd:
    name = "inspectd"

    def __init__(self, options, case, folder, port):
        self.socket = folder / "control.sock"
        (folder / "profiles").mkdir()
        points = "".join(
            f'[[point]]\nname = "register.{r}"\ntitle = {{ zh = "寄存器 {r}", en = "register {r}" }}\n'
            f'table = "holding-register"\naddress = {r}\nperiod_ms = {case["period"]}\nlowest = 0\nhighest = 65535\n\n'
            f'[[rule]]\ndetector = "limit"\nkind = "rail.high"\npoint = "register.{r}"\nhigh = 65535.5\n'
            f'deadband = 0.1\noff_delay_ms = 1000\n\n' for r in range(case["registers"]))
        (folder / "profiles/bench.toml").write_text(
            '[profile]\nmaker = "bench"\ntitle = { zh = "台架", en = "bench" }\nsources = ["this bench"]\ntcp_port = 502\n\n'
            '[serial]\nbaud = 9600\n\n' + points +
            '[end]\nmodel = "bench"\n', encoding="utf-8")
        place = (f'serial = {{ port = "{folder / "line"}", baud = {case["baud"]} }}' if case["baud"] else
                 f'tcp = {{ host = "127.0.0.1", port = {port} }}')
        devices = "".join(
            f'[[device]]\nname = "unit-{u}"\ntitle = {{ zh = "{u}号", en = "unit {u}" }}\nbus = "one"\nunit = {u}\n'
            f'profile = "bench"\n\n' for u in range(1, UNITS + 1))
        (folder / "site.toml").write_text(
            f'[site]\nname = "bench"\ntitle = {{ zh = "台架", en = "bench" }}\ngateway = "bench-gw-01"\n\n'
            f'[store]\ndirectory = "{folder / "store"}"\n\n[control]\nsocket = "{self.socket}"\n\n'
            f'[[bus]]\nname = "one"\ntitle = {{ zh = "一", en = "one" }}\n{place}\n\n{devices}[end]\nsite = "bench"\n',
            encoding="utf-8")
        self.program = Program([options.bin / "inspectd", "--config", folder / "site.toml", "--profiles",
                                folder / "profiles", "--catalogue", ROOT / "protocol/catalogue", "--last-good",
                                folder / "last-good.toml"], folder, "inspectd")

    def findings(self, ended=False):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(2)
            s.connect(str(self.socket))
            s.sendall(json.dumps({"id": 1, "verb": "findings", "args": {"ended": ended}}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                answer += s.recv(65536)
        return [f for f in json.loads(answer)["data"] if f["device"] == f"unit-{DEAD}"]


class HealthWatch(threading.Thread):
    """Hears on the control socket when a device's health changes."""

    def __init__(self, path, device):
        super().__init__(daemon=True)
        self.changes = []  # (ns, health)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.socket.sendall(json.dumps({"id": 1, "verb": "watch", "args": {"target": device}}).encode() + b"\n")
        self.start()

    def run(self):
        for line in self.socket.makefile():
            event = json.loads(line).get("event", {})
            if event.get("type") == "health":
                self.changes.append((time.time_ns(), event["health"]))

    def times(self, health, since):
        return [at for at, name in self.changes if name == health and at >= since]


class Collectd:
    """One register a question, because its plugin knows no more; csv stores what it read."""
    name = "collectd"

    def __init__(self, _, case, folder, port):
        place = (f' Device "{folder / "line"}"\n Baudrate {case["baud"]}\n' if case["baud"] else
                 f' Address "127.0.0.1"\n Port "{port}"\n')
        every = max(case["period"], 100) / 1000
        registers = range(case["registers"])
        text = (f'Hostname "h"\nFQDNLookup false\nInterval {every}\nBaseDir "{folder}"\nPIDFile "{folder}/pid"\n'
                'TypesDB "/usr/share/collectd/types.db"\nLoadPlugin modbus\nLoadPlugin csv\n'
                f'<Plugin csv>\n DataDir "{folder}/csv"\n</Plugin>\n<Plugin modbus>\n' +
                "".join(f'<Data "r{r}">\n RegisterBase {r}\n RegisterType uint16\n Type gauge\n Instance "r{r}"\n'
                        '</Data>\n' for r in registers) +
                f'<Host "h">\n{place} Interval {every}\n' +
                "".join(f' <Slave {u}>\n  Instance "u{u}"\n' + "".join(f'  Collect "r{r}"\n' for r in registers) +
                        ' </Slave>\n' for u in range(1, UNITS + 1)) + '</Host>\n</Plugin>\n')
        (folder / "collectd.conf").write_text(text, encoding="utf-8")
        self.program = Program(["/usr/sbin/collectd", "-f", "-C", folder / "collectd.conf"], folder, "collectd")

    @staticmethod
    def findings(ended=False):
        return []


class Log:
    """What the player wrote down."""

    def __init__(self, path):
        raw = path.read_bytes()
        names = ("asked", "done", "address", "count", "unit", "function", "marks")
        self.requests = [dict(zip(names, r)) for r in RECORD.iter_unpack(raw)]
        self.requests = [r for r in self.requests if not r["marks"] & 128]  # mbsim's notes of connections

    def within(self, start, end):
        return [r for r in self.requests if start <= r["asked"] < end]

    @staticmethod
    def cycles(requests, skip=None):
        """ms between two answered reads of a unit's first register."""
        last, out = {}, []
        for r in requests:
            if not r["marks"] & ANSWERED or r["address"] != 0 or r["unit"] == skip:
                continue
            if r["unit"] in last:
                out.append((r["asked"] - last[r["unit"]]) / 1e6)
            last[r["unit"]] = r["asked"]
        return out


def registers_read(requests, skip=None):
    return sum(r["count"] for r in requests if r["marks"] & ANSWERED and r["unit"] != skip)


def steady_figures(log, case, window, cpu):
    seconds = (window[1] - window[0]) / 1e9
    requests = log.within(*window)
    answered = [r for r in requests if r["marks"] & ANSWERED]
    if not answered:
        return {"transactions_per_s": 0.0}
    cycles = log.cycles(requests)
    per_cycle = UNITS * case["registers"]
    mean = 1000 * seconds * per_cycle / registers_read(requests)
    figures = {"transactions_per_s": len(answered) / seconds, "cycle_mean_ms": mean,
               "cycle_p99_of_mean": percentile(cycles, .99) / statistics.mean(cycles) if cycles else None,
               "cpu_s_per_1000": 1000 * cpu / len(answered), "cpu_s_per_1e6_values": 1e6 * cpu / registers_read(requests)}
    if case["baud"]:
        figures["utilisation_pct"] = 100 * UNITS * shortest_transaction_ms(case["baud"], case["registers"]) / mean
        figures["early_pct"] = 100 * sum(1 for r in requests if r["marks"] & EARLY) / len(requests)
        figures["dropped_pct"] = 100 * sum(1 for r in requests if r["marks"] & DROPPED) / len(requests)
    return figures


def health_figures(health, first, cycle_ms, silent, answering):
    told, back = health.times("dormant", silent), health.times("active", answering)
    figures = {"health_told_times": float(len(told)), "health_back_times": float(len(back))}
    if told and first:
        figures["health_told_after_s"] = (told[0] - first) / 1e9
        figures["health_told_cycles"] = (told[0] - first) / 1e6 / cycle_ms
    if back:
        figures["health_back_after_s"] = (back[0] - answering) / 1e9
    return figures


def dead_figures(log, window, silent, answering, end, told, health):
    before, during = log.within(*window), log.within(silent, answering)
    rate = lambda requests, start, stop: registers_read(requests, DEAD) / ((stop - start) / 1e9)
    asked = [i for i, r in enumerate(log.requests) if r["unit"] == DEAD and r["marks"] & SILENT]
    # What a question without an answer took: from it to the next question, whosoever.
    cost = [log.requests[i + 1]["asked"] - log.requests[i]["asked"] for i in asked if i + 1 < len(log.requests)]
    first = log.requests[asked[0]]["asked"] if asked else None
    back = next((r["asked"] for r in log.requests if r["asked"] > answering and r["unit"] == DEAD and r["marks"] & ANSWERED), None)
    cycles = log.cycles(before, DEAD)
    worst, longest = max(log.cycles(during, DEAD), default=0), max(cost, default=0) / 1e6
    figures = {"kept_pct": 100 * rate(during, silent, answering) / rate(before, *window),
               "worst_gap_ms": worst, "worst_gap_before_ms": max(cycles),
               "gap_over_ms": worst - max(cycles) - longest, "cycle_before_ms": statistics.mean(cycles),
               "longest_silence_ms": longest, "questions_to_the_dead": float(len(asked)),
               "probing_pct": 100 * sum(cost[2:]) / (answering - silent),
               "answered_again_s": (back - answering) / 1e9 if back else None}
    if health:
        figures |= health_figures(health, first, statistics.mean(cycles), silent, answering)
    if told:
        figures["told_after_s"] = (told[0] - first) / 1e9 if first else None
        figures["told_cycles"] = (told[0] - first) / 1e6 / statistics.mean(cycles) if first else None
        figures["told_times"] = float(told[1])
        figures["closed_after_s"] = (told[2] - answering) / 1e9 if told[2] else None
    return figures


def watch_memory(program, seconds):
    """MiB resident, each second."""
    end, seen = time.monotonic() + seconds, []
    while not seen or time.monotonic() + 1 <= end:
        time.sleep(min(1, seconds))
        seen.append(program.resident())
    time.sleep(max(0, end - time.monotonic()))
    return seen


def watch_findings(agent, until, opened):
    """Waits to `until` (ns); when first a finding was open (or, for opened=False, none any more)."""
    seen = None
    while time.time_ns() < until:
        if seen is None and agent.name == "inspectd" and bool(agent.findings()) == opened:
            seen = time.time_ns()
        time.sleep(0.02)
    return seen


def run_once(options, kind, name):
    case = CASES[name]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bus-bench-"))
    children = []
    try:
        port = free_port()
        words = ([options.player, "rtu", "--link", folder / "line", "--baud", case["baud"]] if case["baud"] else
                 [options.player, "tcp", "--port", port])
        if case.get("strict"):
            words.append("--strict")
        player = Program(words + ["--log", folder / "log", "--dead", DEAD], folder, "player")
        children.append(player)
        time.sleep(0.3)
        agent = kind(options, case, folder, port)
        children.append(agent.program)
        time.sleep(options.warm if case["baud"] != 9600 else 2 * options.warm)
        if agent.program.child.poll() is not None:
            sys.exit(f"{agent.name} ended:\n" + (folder / f"{agent.name}.log").read_text(errors="replace")[-2000:])
        start, cpu = time.time_ns(), agent.program.cpu()
        resident = watch_memory(agent.program, options.seconds)
        window, cpu = (start, time.time_ns()), agent.program.cpu() - cpu
        memory = {**agent.program.memory(), "rss_now_min": min(resident), "rss_now_median": statistics.median(resident),
                  "rss_now_max": max(resident)}
        if options.series:
            print(f"{agent.name} {name} resident MiB, each second: " + " ".join(f"{mib:.2f}" for mib in resident), flush=True)
        dead = None
        if "dead" in case:
            health = HealthWatch(agent.socket, f"unit-{DEAD}") if agent.name == "inspectd" else None
            player.child.send_signal(signal.SIGUSR1)
            silent = time.time_ns()
            opened = watch_findings(agent, silent + int(case["dead"] * 1e9), True)
            player.child.send_signal(signal.SIGUSR2)
            answering = time.time_ns()
            closed = watch_findings(agent, answering + int(8e9), False)
            dead = (silent, answering, time.time_ns(), (opened, len(agent.findings(True)), closed) if opened else None, health)
        for child in reversed(children):
            child.stop()
        log = Log(folder / "log")
        figures = dead_figures(log, window, *dead) if dead else {**steady_figures(log, case, window, cpu), **memory}
        return {key: value for key, value in figures.items() if value is not None}
    finally:
        for child in reversed(children):
            if child.child.poll() is None:
                child.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def show(name, results):
    print(f"\n## {name}\n\n| figure | agent | n | min | median | max | to the first |\n|---|---|---|---|---|---|---|")
    keys = list(dict.fromkeys(key for runs in results.values() for run in runs for key in run))
    for key in keys:
        base = None
        for agent, runs in results.items():
            values = [run[key] for run in runs if key in run]
            if not values:
                continue
            median = statistics.median(values)
            ratio = f"{median / base:.3g}" if base else "-"
            base = base if base is not None else median
            print(f"| {key} | {agent} | {len(values)} | {min(values):.4g} | **{median:.4g}** | {max(values):.4g} | {ratio} |")
    sys.stdout.flush()


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    reader.add_argument("--player", type=pathlib.Path)
    reader.add_argument("--runs", type=int, default=3)
    reader.add_argument("--seconds", type=float, default=20)
    reader.add_argument("--warm", type=float, default=4)
    reader.add_argument("--only", default=",".join(CASES))
    reader.add_argument("--peers", default="collectd" if shutil.which("collectd", path="/usr/sbin:/usr/bin") else "")
    reader.add_argument("--nice", type=int, default=0)
    reader.add_argument("--series", action="store_true", help="print the resident size of each second")
    reader.add_argument("--json", type=pathlib.Path)
    options = reader.parse_args()
    options.bin = options.bin.resolve()
    options.player = (options.player or options.bin / "line_player").resolve()
    Program.niceness = options.nice
    kinds = [Inspectd] + [{"collectd": Collectd}[p] for p in options.peers.split(",") if p]
    everything = {}
    for name in options.only.split(","):
        results = {kind.name: [] for kind in kinds}
        for _ in range(options.runs):
            for kind in kinds:
                results[kind.name].append(run_once(options, kind, name))
        everything[name] = results
        show(name, results)
        if options.json:
            options.json.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
