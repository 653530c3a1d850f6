"""A USB board of the simulated site, broken by the words of every other device: what ./toolchains/demo shows.

`sitesim` offers it by USB/IP, and `usbstage --usbip` plugs it in before the unmodified agent.
"""
import json
import pathlib
import shutil
import subprocess
import tempfile

from chain import BIN, ROOT, Process, until
from usb_bench import Agent, timed


class Bench(Agent):
    def __init__(self):
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="usbip-")))
        folder, examples = self.folder, ROOT / "examples"
        sim = (examples / "demo-sim.toml").read_text(encoding="utf-8") + (examples / "demo-usb-sim.toml").read_text(encoding="utf-8")
        (folder / "sim.toml").write_text(sim, encoding="utf-8")
        profiles = ROOT / "drivers/profiles"
        self.sim = Process("sitesim", [BIN / "sitesim", "--site", folder / "sim.toml", "-D", f"RUN={folder}", "-D", "TCP_PORT=0",
                                       "--profiles", profiles, "--socket", folder / "sim", "--die-with-parent"], folder).start()
        lines = {line["name"]: line for line in until(lambda: json.loads(self.simulate("--json", "list"))["lines"], 10, "the simulator")}
        site = (examples / "demo-site.toml").read_text(encoding="utf-8")
        usb = (examples / "demo-usb-site.toml").read_text(encoding="utf-8")
        site = site.replace("[end]", usb + "[end]").replace("@RUN@", str(folder)).replace("@TCP_PORT@", str(lines["tcp-1"]["port"]))
        (folder / "site.toml").write_text(site, encoding="utf-8")
        self.agent = Process("inspectd", [BIN / "usbstage", "--usbip", lines["usb-1"]["port"], BIN / "inspectd", "--config",
                                          folder / "site.toml", "--profiles", profiles, "--catalogue",
                                          ROOT / "protocol/catalogue", "--last-good", folder / "last-good.toml"], folder).start()
        until(lambda: self.ctl("status"), 15, "the agent answers")

    def simulate(self, *words):
        return subprocess.run([BIN / "sitesim", "--socket", self.folder / "sim", *words], check=True, capture_output=True,
                              text=True, timeout=20).stdout

    def well(self):
        return self.good("usb-board/relay.1.command") and not self.active()


def welded(bench):
    bench.simulate("order", "usb-board", "relay.1", "on")
    timed(lambda: bench.good("usb-board/relay.1.command", 1), 3, "an order is seen over USB")
    until(lambda: bench.good("relay-3/input.2.state", 1), 5, "the input is wired to it")
    bench.simulate("break", "usb-board", "welded", "relay.1")
    bench.simulate("order", "usb-board", "relay.1", "off")
    timed(lambda: "relay-3/input.2.state/relay.welded" in bench.active(), 6, "a welded relay of the USB board is found")
    bench.simulate("mend", "usb-board")
    until(bench.well, 20, "the weld is gone")


def hang(bench):
    bench.simulate("break", "usb-board", "hang")
    timed(lambda: bench.reading("usb-board/relay.1.command")["quality"] == "bad", 6, "a hanging board is not read")
    assert bench.good("relay-3/input.2.state"), "the others are"
    bench.simulate("mend", "usb-board", "hang")
    until(bench.well, 60, "it is well again")


def slow_and_stalling(bench):
    bench.simulate("break", "usb-board", "slow", "100")
    bench.simulate("break", "usb-board", "stall", "every", "4")
    bench.simulate("order", "usb-board", "relay.2", "on")
    timed(lambda: bench.good("usb-board/relay.2.command", 1), 5, "a slow board that refuses every fourth time is read")
    assert not bench.active(), bench.active()
    bench.simulate("mend", "usb-board")


def unplug(bench):
    bench.simulate("unplug", "usb-board")
    timed(lambda: bench.reading("usb-board/relay.1.command")["reason"] == "bus", 5, "an unplug is seen")
    until(lambda: "usb-1/-/bus.unavailable" in bench.active(), 20, "an empty port is told")
    bench.simulate("plug", "usb-board")
    timed(lambda: bench.good("usb-board/relay.2.command", 0), 5, "plugged in again it is read, without its outputs")
    until(bench.well, 30, "the port is told to be well")
    assert bench.usb("usb-board")["departures"] == 1, bench.usb("usb-board")


def main():
    bench = Bench()
    kept = True
    try:
        until(bench.well, 30, "the board and all others are read")
        for case in (welded, slow_and_stalling, unplug, hang):
            print(f"--- {case.__name__}", flush=True)
            case(bench)
        assert bench.agent.stop() == 0
        kept = False
    finally:
        bench.agent.stop()
        bench.sim.stop()
        if kept:
            print(f"logs are kept in {bench.folder}\n" +
                  "\n".join((bench.folder / "inspectd.log").read_text(errors="replace").splitlines()[-30:]))
        else:
            shutil.rmtree(bench.folder)
    print("ok")


if __name__ == "__main__":
    main()
