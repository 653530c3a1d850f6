"""A search for unknown devices on a real line: finds them beside normal polling, only reads, can be ended, and asks nothing
once another master is heard."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from chain import BIN, ROOT, Process, free_port, until
from listen_test import SplitLine

# What hangs on the simulated line beside relay-1, which is all that the site knows of it.
UNKNOWN = {2: "waveshare-relay-8ch-d", 3: "pzem-017", 4: "asj10l", 5: "waveshare-analog-8ch"}
# Unit 9 reads one holding register: another master's question, with its checksum.
STRANGER = bytes.fromhex("090300000001" + "8542")


class WatchedLine(SplitLine):
    """Keeps the functions of everything that the agent asks, and can speak as another master does."""

    def __init__(self, simulator):
        self.units, self.functions = set(), set()
        super().__init__(simulator)

    def on_question(self, data):
        # The agent hands a question to the port in one piece.
        self.units.add(data[0])
        self.functions.add(data[1])

    def stranger_asks(self):
        os.write(self.master, STRANGER)


def write_site(folder, port, tcp_port):
    """The demo's site with one device left on the line."""
    text = (ROOT / "examples/demo-site.toml").read_text(encoding="utf-8")
    text = text.replace('port = "@RUN@/rs485-1"', f'port = "{port}"').replace("@RUN@", str(folder))
    parts = re.split(r"(?m)^(?=\[)", text.replace("@TCP_PORT@", str(tcp_port)))
    gone = ("relay-3", "rail-12v", "leak-1", "analog-1")
    kept = [part for part in parts if not any(f'"{name}' in part for name in gone)]
    (folder / "site.toml").write_text("".join(kept), encoding="utf-8")


def check(folder, line):
    def inspectctl(*words):
        return [BIN / "inspectctl", "--socket", folder / "control.sock", "--json", *words]

    def ctl(*words):
        return json.loads(subprocess.run(inspectctl(*words), check=True, capture_output=True, text=True).stdout)

    scan = ("bus", "scan", "rs485-1", "--profiles", ROOT / "drivers/profiles", "--units")
    until(lambda: all(d["health"] == "active" for d in ctl("devices")), 30, "the known device answers")

    started = time.monotonic()
    done = subprocess.run(inspectctl(*scan, "1-8"), check=True, capture_output=True, text=True, timeout=120)
    *found, summary = (json.loads(row) for row in done.stdout.splitlines())
    likely = {row["unit"]: row["likely"][0]["model"] for row in found}
    assert likely == UNKNOWN, likely
    assert summary["complete"] and summary["found"] == len(UNKNOWN), summary
    print(f"found {likely} in {time.monotonic() - started:.1f} s, {summary['asked']} questions", flush=True)
    assert line.functions <= {1, 2, 3, 4}, f"functions {line.functions} went over the line"
    assert all(d["health"] == "active" for d in ctl("devices")), "the known device was polled all the while"
    assert not ctl("findings"), "a search is no fault"

    search = subprocess.Popen(inspectctl(*scan, "100-200"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    until(lambda: 100 in line.units, 30, "the search has begun")
    search.send_signal(signal.SIGINT)
    cut, _ = search.communicate(timeout=10)
    assert search.returncode == 1 and not json.loads(cut.splitlines()[-1])["complete"], cut

    # A second master begins to ask: the search that is under way ends, and says why.
    ended = threading.Event()

    def ask_on():
        while not ended.wait(0.3):
            line.stranger_asks()

    stranger = threading.Thread(target=ask_on, daemon=True)
    stranger.start()
    refused = subprocess.run(inspectctl(*scan, "100-200"), capture_output=True, text=True, timeout=120)
    ended.set()
    stranger.join()
    assert refused.returncode == 4 and "another master" in refused.stderr, refused
    print("ended by Ctrl-C, and by another master", flush=True)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="inspect-"))
    tcp_port = free_port()
    sim = Process("sitesim", [BIN / "sitesim", "--site", ROOT / "examples/demo-sim.toml", "-D", f"RUN={folder}", "-D",
                              f"TCP_PORT={tcp_port}", "--profiles", ROOT / "drivers/profiles", "--socket",
                              folder / "sim", "--die-with-parent"], folder).start()
    until(lambda: (folder / "rs485-1").exists(), 10, "the simulated line")
    line = WatchedLine(folder / "rs485-1")
    write_site(folder, line.master_path, tcp_port)
    agent = Process("inspectd", [BIN / "inspectd", "--config", folder / "site.toml", "--profiles",
                                 ROOT / "drivers/profiles", "--catalogue", ROOT / "protocol/catalogue", "--last-good",
                                 folder / "last-good.toml"], folder).start()
    failed = True
    try:
        until(lambda: (folder / "control.sock").exists(), 15, "the agent's socket")
        check(folder, line)
        assert agent.stop() == 0
        failed = False
    finally:
        for process in (agent, sim):
            if process.alive():
                process.kill()
        line.close()
        if failed:
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
    shutil.rmtree(folder)
    print("searching passed")


if __name__ == "__main__":
    sys.exit(main())
