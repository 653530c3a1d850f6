"""A centre as cloud-bridge/docs/centre.md sets it up: its own authority, a broker that lets in certificates alone, an
access list, the ticket service and a gateway, all with the files and the command that ship. A fault becomes a ticket; who
has another gateway's certificate, an old one, a stranger's or a stolen one learns why he is kept out, and harms nobody.
"""
import os
import re
import subprocess
import sys

from chain import BIN, ROOT, Chain, Process, until

GATEWAY, OTHER, THIRD = "demo-gw-01", "gw-other", "gw-third"
MAKE = ROOT / "cloud-bridge/centre/make-certificates"
SHIPPED = "/etc/mosquitto/inspection"
NOT_AUTHORIZED = "Not authorized"


def replaced(text, mark, value, times):
    """Each mark as often as it is expected: an example that changes must not slip through unchanged."""
    assert text.count(mark) == times, f"{mark!r} stands {text.count(mark)} times, not {times}, in:\n{text}"
    return text.replace(mark, str(value))


def certificates(folder, *words):
    subprocess.run([MAKE, folder, *words], check=True, capture_output=True)


def make_old(pki, name):
    """A certificate of this authority that ended long ago."""
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    f"/CN={GATEWAY}", "-keyout", f"{name}.key", "-out", f"{name}.csr"], cwd=pki, check=True,
                   capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", f"{name}.csr", "-out",
                    f"{name}.crt", "-startdate", "20200101000000Z", "-enddate", "20200301000000Z"], cwd=pki, check=True,
                   capture_output=True)
    (pki / f"{name}.key").chmod(0o600)


class Centre(Chain):
    """The chain of every end-to-end test, with the centre's own files in place of the demo's."""

    def write_settings(self):
        super().write_settings()
        self.pki, self.strangers = self.folder / "pki", self.folder / "strangers"
        certificates(self.pki, "authority")
        certificates(self.pki, "broker", "mqtt.example.org", "localhost", "127.0.0.1")
        certificates(self.pki, "ticketd")
        certificates(self.pki, "gateway", GATEWAY, OTHER, THIRD)
        make_old(self.pki, "old")
        certificates(self.strangers, "authority")
        certificates(self.strangers, "gateway", GATEWAY)
        self.write("mosquitto.conf", self.broker_settings())
        self.write("bridge.toml", self.bridge_settings(self.pki, GATEWAY))
        self.write("ticketd.toml", self.ticketd_settings())

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name

    def broker_settings(self):
        shipped = (ROOT / "cloud-bridge/centre/mosquitto.conf").read_text(encoding="utf-8")
        text = replaced(shipped, f"{SHIPPED}/access.acl", ROOT / "cloud-bridge/centre/access.acl", 1)
        text = replaced(text, f"{SHIPPED}/", f"{self.pki}/", 4)
        text = replaced(text, "listener 8883", f"listener {self.mqtt_port} 127.0.0.1", 1)
        # As root the broker would become its own user, who may not look into this folder.
        return text + ("user root\n" if os.getuid() == 0 else "")

    def bridge_settings(self, pki, name):
        text = (ROOT / "examples/bridge.toml").read_text(encoding="utf-8")
        text = replaced(text, "/run/inspectd/control.sock", self.folder / "control.sock", 1)
        text = replaced(text, '# gateway = "gw-0001" ', f'gateway = "{GATEWAY}" ', 1)
        text = replaced(text, "mqtt.example.org", "localhost", 1)
        text = replaced(text, "8883", self.mqtt_port, 1)
        text = replaced(text, "/etc/inspectd/pki/ca.crt", pki / "ca.crt", 1)
        return replaced(text, "/etc/inspectd/pki/gateway.", pki / f"{name}.", 2)

    def ticketd_settings(self):
        """examples/ticketd.toml, with the lines of TLS made to count as centre.md says."""
        text = (ROOT / "examples/ticketd.toml").read_text(encoding="utf-8")
        text, counted = re.subn(r"^# (?=(ca|certificate|key) = )", "", text, flags=re.MULTILINE)
        assert counted == 3, text
        text = replaced(text, "/etc/ticketd/pki/", f"{self.pki}/", 3)
        text = replaced(text, 'host = "127.0.0.1"', 'host = "localhost"', 1)
        text = replaced(text, "port = 1883", f"port = {self.mqtt_port}", 1)
        text = replaced(text, "port = 8080", f"port = {self.http_port}", 1)
        text = replaced(text, "/usr/share/ticketd/web", ROOT / "cloud-bridge/web", 1)
        return replaced(text, "/var/lib/ticketd", self.folder / "ticketd", 1)

    # what somebody with a certificate tries
    def words_of(self, program, pki, name, *words):
        return [program, "-V", "mqttv5", "-h", "localhost", "-p", str(self.mqtt_port), "--cafile", pki / "ca.crt", "--cert",
                pki / f"{name}.crt", "--key", pki / f"{name}.key", "-q", "1", *words]

    def publish(self, name, topic, *words):
        """What the client says about it; nothing when the broker took it."""
        ran = subprocess.run(self.words_of("mosquitto_pub", self.pki, name, "-t", topic, "-m", "{}", *words),
                             capture_output=True, text=True, timeout=20)
        assert ran.returncode == 0 or ran.stderr, ran
        return ran.stdout + ran.stderr

    def listen(self, name, *topics):
        """Listens in the background; what it hears goes to its log, line by line."""
        topics = [word for topic in topics for word in ("-t", topic)]
        return Process(f"ears-of-{name}", self.words_of("mosquitto_sub", self.pki, name, "-v", *topics), self.folder).start()

    def check(self, pki, name):
        """`inspect-bridge --check` with these files: exit code and words."""
        path = self.write("check.toml", self.bridge_settings(pki, name))
        ran = subprocess.run([BIN / "inspect-bridge", "--config", path, "--check"], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def log_of_bridge(self, pki, name, expected):
        """Starts a bridge with these files and waits for these words in its journal."""
        label = f"bridge-{pki.name}-{name}"
        path = self.write(f"{label}.toml", self.bridge_settings(pki, name))
        bridge = Process(label, [BIN / "inspect-bridge", "--config", path], self.folder).start()
        until(lambda: expected in (self.folder / f"{label}.log").read_text(), 15, f"{expected!r} in {label}.log")
        bridge.stop()


def a_fault_becomes_a_ticket(centre):
    gateway = centre.gateways()[0]
    assert gateway["name"] == GATEWAY and gateway["online"], gateway
    centre.simulate("set", "leak-1", "leakage.current", "45")
    until(lambda: [t for t in centre.tickets() if "/leakage.high/" in t["finding"]], 20, "the ticket of a leakage")
    until(lambda: centre.ctl("outbox")["findings_waiting"] == 0, 20, "the receipt, through the access list")


def nobody_speaks_for_another(centre):
    own, others = f"site/{OTHER}/", f"site/{GATEWAY}/"
    assert NOT_AUTHORIZED not in centre.publish(OTHER, own + "up/state"), "its own topic is refused"
    for topic in (others + "up/finding", others + "up/state", others + "down/receipt", own + "down/receipt",
                  "site/centre.ticketd/up/finding", f"site/{OTHER}/x", "$SYS/x"):
        assert NOT_AUTHORIZED in centre.publish(OTHER, topic), f"{OTHER} may publish {topic}"
    # With another's client id it is still itself: the bridge is not pushed out.
    bridge_log = centre.folder / "inspect-bridge.log"
    before = bridge_log.read_text()
    centre.publish(OTHER, own + "up/state", "-i", GATEWAY)
    assert centre.gateways()[0]["online"]
    assert bridge_log.read_text() == before, bridge_log.read_text()


def nobody_hears_another(centre):
    """mosquitto grants every subscription, and delivers by the access list."""
    ears = centre.listen(OTHER, "#", "site/#", f"site/{GATEWAY}/down/receipt", f"site/{OTHER}/down/receipt")
    log = centre.folder / f"{ears.name}.log"
    until(lambda: f"as {OTHER} (p5, c1" in (centre.folder / "mosquitto.log").read_text().rpartition("New client")[2], 10,
          "the ears are connected")
    centre.simulate("set", "rail-12v", "output.voltage", "10.8")
    until(lambda: [t for t in centre.tickets() if "/rail.low/" in t["finding"]], 20, "the ticket of a rail")
    until(lambda: centre.ctl("outbox")["findings_waiting"] == 0, 20, "its receipt")
    # The ticket service's own certificate reaches everybody; it loses its connection to this for a moment.
    until(lambda: centre.publish("ticketd", f"site/{OTHER}/down/receipt") == "" and log.read_text(), 15, "what is its own")
    heard = set(log.read_text().splitlines())
    assert heard == {f"site/{OTHER}/down/receipt {{}}"}, heard
    ears.stop()


def who_is_kept_out_learns_why(centre):
    code, said = centre.check(centre.pki, GATEWAY)
    assert code == 0 and f'the certificate of "{GATEWAY}" ends on 20' in said, said
    cases = [
        (centre.pki, OTHER, f'the certificate is that of "{OTHER}", and this is "{GATEWAY}"'),
        (centre.pki, "old", "the certificate ended on 2020-03-01"),
    ]
    # The stranger trusts his own authority, so his files are right among themselves; ours is the one that the bridge has.
    (centre.strangers / "ca.crt").write_bytes((centre.pki / "ca.crt").read_bytes())
    cases.append((centre.strangers, GATEWAY, "was not signed by the authority in"))
    for pki, name, expected in cases:
        code, said = centre.check(pki, name)
        assert code == 7 and expected in said, f"--check of {pki}/{name}: {code} {said!r}"
    for pki, name, expected in cases:
        centre.log_of_bridge(pki, name, expected)


def a_stolen_gateway_is_shut_out(centre):
    certificates(centre.pki, "revoke", OTHER)
    centre.broker.stop()
    centre.broker.start()
    until(lambda: centre.publish(THIRD, f"site/{THIRD}/up/state") == "", 15, "the broker serves the others again")
    assert centre.publish(OTHER, f"site/{OTHER}/up/state") != "", "a revoked certificate is taken"
    until(lambda: any(g["name"] == GATEWAY and g["online"] for g in centre.gateways()), 30, "the honest one is back")


def main():
    parts = [a_fault_becomes_a_ticket, nobody_speaks_for_another, nobody_hears_another, who_is_kept_out_learns_why, a_stolen_gateway_is_shut_out]
    with Centre() as centre:
        for part in parts:
            part(centre)
            print(part.__name__.replace("_", " "), flush=True)
    print(f"{len(parts)} passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
