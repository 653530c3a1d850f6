#!/usr/bin/env python3
"""Runs a command as root under Debian's own kernel in QEMU, with this machine's root file system.

    guest.py [--seconds N] COMMAND…     its exit code is the command's; 77: this machine has not what it takes

The guest's root is this machine's, read-only over 9p, below an overlay that is thrown away: whatever is installed or built
here runs there unchanged, beside a real USB stack, udev and users of its own. No KVM is used, so it runs in a container.
The kernel is fetched by apt once, and kept unpacked as two files in $INSPECT_GUEST (build/guest); it is not installed.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = pathlib.Path(os.environ.get("INSPECT_GUEST", ROOT / "build/guest"))
SKIPPED = 77
TOOLS = ("qemu-system-x86_64", "busybox", "cpio", "depmod", "modprobe", "dpkg-deb")
MODULES = "virtio_pci 9pnet_virtio 9p overlay vhci-hcd usbhid hid-generic usbtmc".split()

FIRST = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in /modules/*; do insmod $m || echo "insmod $m failed"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /host
mount -t tmpfs upper /upper; mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/host,upperdir=/upper/data,workdir=/upper/work root /root
for d in proc sys dev; do mount --move /$d /root/$d; done
mount -t tmpfs run /root/run; mkdir -p /root/run/udev /root/run/shared
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 shared /root/run/shared
exec switch_root /root /bin/sh /run/shared/second
"""

SECOND = """export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/run PYTHONDONTWRITEBYTECODE=1
export {environment}
python3 -c 'import fcntl, socket, struct  # the loopback interface, without iproute2
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))'
/lib/systemd/systemd-udevd --daemon && udevadm trigger && udevadm settle -t 30
cd {where} && {command}
echo $? >/run/shared/code
sync; echo o >/proc/sysrq-trigger; while :; do :; done
"""


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, **more)


def newest_kernel():
    """The package behind Debian's metapackage: its name changes with security updates."""
    text = run("apt-cache", "depends", "linux-image-amd64", capture_output=True, text=True).stdout
    return re.search(r"Depends: (linux-image-\d\S*)", text).group(1)


def modules_of(tree):
    """The wanted modules and what they need, in the order of loading."""
    version = next((tree / "lib/modules").iterdir()).name
    run("depmod", "-b", tree, version, stderr=subprocess.DEVNULL)
    files = []
    for module in MODULES:
        shown = run("modprobe", "-d", tree, "-S", version, "--show-depends", module, capture_output=True, text=True).stdout
        files += [line.split()[1] for line in shown.splitlines() if line.startswith("insmod")]
    return version, [pathlib.Path(file) for file in dict.fromkeys(files)]


def pack(folder, archive):
    names = "\n".join(str(path.relative_to(folder)) for path in sorted(folder.rglob("*")))
    with open(archive, "wb") as out:
        run("cpio", "-o", "-H", "newc", "--quiet", cwd=folder, input=names.encode(), stdout=out)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def prepare():
    """Kernel and first root file system, made once."""
    if (KEPT / "initramfs").exists():
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        work = pathlib.Path(name)
        package = newest_kernel()
        print(f"fetching {package} …", flush=True)
        try:
            run("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package, cwd=work)
        except subprocess.CalledProcessError:
            skip(f"apt cannot fetch {package}")
        run("dpkg-deb", "-x", next(work.glob("*.deb")), work / "tree")
        version, modules = modules_of(work / "tree")
        first = work / "first"
        for part in ("bin", "proc", "sys", "dev", "root", "host", "upper", "modules"):
            (first / part).mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), first / "bin/busybox")
        for number, module in enumerate(modules):
            shutil.copy(module, first / f"modules/{number:02}-{module.name}")
        (first / "init").write_text(FIRST, encoding="utf-8")
        (first / "init").chmod(0o755)
        shutil.copy(work / f"tree/boot/vmlinuz-{version}", KEPT / "vmlinuz")
        pack(first, work / "initramfs")
        (work / "initramfs").rename(KEPT / "initramfs")


def boot(shared, seconds):
    share = "security_model=none,multidevs=remap"
    try:
        run("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024", "-nodefaults",
            "-nographic", "-no-reboot", "-serial", "stdio", "-kernel", KEPT / "vmlinuz", "-initrd", KEPT / "initramfs",
            "-virtfs", f"local,path=/,mount_tag=host,readonly=on,{share}",
            "-virtfs", f"local,path={shared},mount_tag=shared,{share}",
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on",
            stdin=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired:
        sys.exit(f"the guest did not end within {seconds} s")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=150)
    options.add_argument("command", nargs=argparse.REMAINDER)
    given = options.parse_args()
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        skip(f"not installed here: {', '.join(missing)}")
    prepare()
    with tempfile.TemporaryDirectory() as name:
        shared = pathlib.Path(name)
        environment = " ".join(f"{key}={shlex.quote(os.environ[key])}" for key in ("INSPECT_BIN",) if key in os.environ)
        (shared / "second").write_text(SECOND.format(environment=environment or "LANG=C.UTF-8", where=shlex.quote(os.getcwd()),
                                                     command=shlex.join(given.command)), encoding="utf-8")
        boot(shared, given.seconds)
        sys.exit(int((shared / "code").read_text()))


if __name__ == "__main__":
    main()
