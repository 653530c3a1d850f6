"""The agent before the kernel's own USB stack: run as root in a guest that is thrown away (see guest.py).

`sitesim` offers a relay board and an instrument by USB/IP, and vhci_hcd makes them devices of this kernel, with its drivers
usbhid and usbtmc bound and udev's rules applied. The agent runs as the user inspectd, as it does on a gateway.
"""
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from chain import BIN, Process, free_port, until  # noqa: E402
from usb_bench import Agent, timed  # noqa: E402

DEVICES = pathlib.Path("/sys/bus/usb/devices")
VHCI = pathlib.Path("/sys/devices/platform/vhci_hcd.0")
RULES = pathlib.Path("/etc/udev/rules.d/70-inspectd-usb.rules")
USER = "inspectd"

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
title = "port 1"
usb = {{ port = "1-1" }}
[[bus]]
name = "usb-2"
title = "port 2"
usb = {{ port = "1-2" }}
[[device]]
name = "board"
title = {{ zh = "继电器板", en = "relay board" }}
bus = "usb-1"
profile = "dcttech-4"
[[device]]
name = "meter"
title = {{ zh = "泄漏电流测试仪", en = "leakage tester" }}
bus = "usb-2"
profile = "tos3200"
[end]
site = "usb"
"""

SIM = """
usbip = {port}
[[line]]
name = "usb-1"
usb = "1-1"
[[line]]
name = "usb-2"
usb = "1-2"
[[device]]
name = "board"
line = "usb-1"
profile = "dcttech-4"
serial = "HURTM"
[[device]]
name = "meter"
line = "usb-2"
profile = "tos3200"
serial = "SN42"
"""


def driver(port):
    """The kernel's driver of the device's interface; nothing: it has none."""
    link = DEVICES / f"{port}:1.0/driver"
    return link.resolve().name if link.exists() else None


def nodes(kind):
    return sorted(path.name for path in pathlib.Path("/dev").glob(f"{kind}*"))


class Bench(Agent):
    def __init__(self):
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="kernel-")))
        shutil.chown(self.folder, USER)
        self.port = free_port()
        (self.folder / "site.toml").write_text(SITE.format(folder=self.folder), encoding="utf-8")
        (self.folder / "sim.toml").write_text(SIM.format(port=self.port), encoding="utf-8")
        profiles = ROOT / "drivers/profiles"
        self.sim = Process("sitesim", [BIN / "sitesim", "--site", self.folder / "sim.toml", "--profiles", profiles, "--socket",
                                       self.folder / "sim", "--die-with-parent"], self.folder).start()
        self.agent = Process("inspectd", ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", BIN / "inspectd",
                                          "--config", self.folder / "site.toml", "--profiles", profiles, "--catalogue",
                                          ROOT / "protocol/catalogue", "--last-good", self.folder / "last-good.toml"],
                             self.folder)
        until(lambda: self.simulate("list"), 20, "the simulator")

    def simulate(self, *words):
        return subprocess.run([BIN / "sitesim", "--socket", self.folder / "sim", *words], check=True, capture_output=True,
                              text=True, timeout=20).stdout

    def attach(self, port):
        """What `usbip attach` does: asks for the device and hands the connection to the kernel."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.sendall(struct.pack(">HHI32s", 0x0111, 0x8003, 0, port.encode()))
            answer = line.makefile("rb").read(320)
            status, bus, device, speed = struct.unpack_from(">I", answer, 4) + struct.unpack_from(">III", answer, 296)
            assert status == 0 and len(answer) == 320, answer
            where = int(port.rpartition("-")[2]) - 1
            (VHCI / "attach").write_text(f"{where} {line.fileno()} {bus << 16 | device} {speed}")
        return True

    def plug(self, port):
        self.simulate("plug", f"usb-{port[-1]}")
        until(lambda: self.attach(port), 10, f"port {port} takes the device")

    def unplug(self, port):
        self.simulate("unplug", f"usb-{port[-1]}")
        until(lambda: not (DEVICES / port).exists(), 10, f"the kernel has seen the unplug at {port}")

    def start(self):
        self.agent.start()
        until(lambda: self.ctl("status"), 30, "the agent answers")

    def stop(self):
        assert self.agent.stop(20) == 0

    def well(self):
        return self.good("board/relay.1.command") and self.health("meter") == "active" and not self.active()


def kernels_drivers(bench):
    """What the kernel makes of the devices before anybody opens them."""
    bench.plug("1-1")
    bench.plug("1-2")
    until(lambda: (driver("1-1"), driver("1-2")) == ("usbhid", "usbtmc"), 10, "the kernel's drivers take them")
    until(lambda: nodes("hidraw") and nodes("usbtmc"), 10, "the kernel's own device nodes")
    product = (DEVICES / "1-1/product").read_text().strip()
    assert product == "USBRelay4", product


def permission(bench):
    """Without the rule the agent says what is missing; with it, and a plug, it works."""
    assert not RULES.exists()
    bench.start()
    until(lambda: bench.reading("board/relay.1.command")["reason"] == "bus", 20, "nothing is read without permission")
    finding = until(lambda: bench.active().get("usb-1/-/bus.unavailable"), 30, "it is told")
    cause = finding["analysis"]["what"]["en"]
    assert "no permission" in cause and "70-inspectd-usb.rules" in cause, cause
    assert driver("1-1") == "usbhid", "a device that may not be opened keeps its driver"
    shutil.copy(ROOT / "firmware-agent/udev/70-inspectd-usb.rules", RULES)
    subprocess.run(["udevadm", "control", "--reload"], check=True)
    for port in ("1-1", "1-2"):
        bench.unplug(port)
        bench.plug(port)
    until(bench.well, 30, "with the rule both are read")
    node = pathlib.Path(f"/dev/bus/usb/001/{int((DEVICES / '1-1/devnum').read_text()):03}")
    assert node.group() == USER and node.stat().st_mode & 0o777 == 0o660, (node.group(), oct(node.stat().st_mode))


def driver_comes_back(bench):
    """While the agent reads, the interfaces are its own; after its end the kernel's drivers have them again."""
    assert bench.reading("board/relay.1.command")["value"] == 0
    bench.simulate("order", "board", "relay.2", "on")
    timed(lambda: bench.good("board/relay.2.command", 1), 3, "a relay that moved is seen")
    assert (driver("1-1"), driver("1-2")) == ("usbfs", "usbfs"), (driver("1-1"), driver("1-2"))
    assert not nodes("hidraw") and not nodes("usbtmc"), "nobody else can speak to them meanwhile"
    bench.stop()
    timed(lambda: (driver("1-1"), driver("1-2")) == ("usbhid", "usbtmc"), 3, "the kernel's drivers are back")
    until(lambda: nodes("hidraw") and nodes("usbtmc"), 5, "their device nodes are back")
    bench.start()
    until(bench.well, 30, "both are read again")


def replug(bench):
    """Pulled and put back: another address, the same records; an instrument is proven at once, a board is not."""
    for device in ("board", "meter"):
        bench.ctl("usb", "adopt", device, "--by", "Li")
    until(lambda: bench.usb("meter")["identity"] == "proven", 10, "the instrument is proven by its serial number")
    records = (bench.folder / "store/usb-identity.json").read_bytes()
    address = (DEVICES / "1-1/devnum").read_text()
    bench.unplug("1-1")
    until(lambda: bench.reading("board/relay.2.command")["reason"] == "bus", 10, "the unplugged board is not available")
    bench.plug("1-1")
    timed(lambda: bench.good("board/relay.2.command", 0), 5, "the board is read again, without the outputs that it had")
    bench.unplug("1-2")
    until(lambda: bench.usb("meter")["identity"] == "unproven", 10, "an instrument that is not there is not proven")
    bench.plug("1-2")
    timed(lambda: bench.usb("meter")["identity"] == "proven", 5, "the instrument is proven again")
    assert (DEVICES / "1-1/devnum").read_text() != address
    assert (bench.folder / "store/usb-identity.json").read_bytes() == records
    assert bench.usb("board")["identity"] == "unproven", "its twin would look the same"
    until(bench.well, 30, "nothing is told any more")


def hang(bench):
    """A board that hangs is told, reset by the kernel, and read again when it is well."""
    bench.simulate("break", "board", "hang")
    until(lambda: bench.reading("board/relay.1.command")["quality"] == "bad", 20, "a hanging board is not read")
    until(lambda: bench.usb("board")["resets"] > 0, 60, "it is reset")
    assert bench.health("meter") == "active", "its neighbour is read"
    bench.simulate("mend", "board", "hang")
    until(bench.well, 60, "the board that hung is well again")


def killed(bench):
    """kill -9: the kernel takes the interfaces back from the dead, and binds no driver until the agent's next end."""
    bench.agent.kill()
    until(lambda: (driver("1-1"), driver("1-2")) == (None, None), 5, "the interfaces are nobody's")
    bench.start()
    until(bench.well, 30, "the next agent reads them at once")
    bench.stop()
    timed(lambda: (driver("1-1"), driver("1-2")) == ("usbhid", "usbtmc"), 3, "the kernel's drivers are back")


def main():
    subprocess.run(["useradd", "--system", "--user-group", USER], check=True)
    bench = Bench()
    try:
        for case in (kernels_drivers, permission, driver_comes_back, replug, hang, killed):
            started = time.monotonic()
            case(bench)
            print(f"--- {case.__name__}: {time.monotonic() - started:.1f} s", flush=True)
    except BaseException:
        print("\n".join((bench.folder / "inspectd.log").read_text(errors="replace").splitlines()[-40:]), flush=True)
        raise
    print("ok")


if __name__ == "__main__":
    main()
