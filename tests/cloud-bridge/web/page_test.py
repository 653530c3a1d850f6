"""The pages in a real browser, before a real service and a real broker: what a dispatcher sees and does."""
import json
import select
import subprocess
import sys
import unittest

from browser import Browser
from gateway import EPOCH, both, finding, publish, readings, state
from stack import Stack, die_with_parent, wait_for

ATTACKS = ['<img src=x onerror="window.hacked=1">', "<script>window.hacked=1</script>", '"><svg onload="window.hacked=1">',
           "javascript:window.hacked=1", "{{constructor.constructor('window.hacked=1')()}}", "</title><script>window.hacked=1</script>",
           "'-window.hacked=1-'", "<iframe srcdoc='<script>parent.hacked=1</script>'>"]


RECEIPTED = finding("gw-receipt", 7, device="receipt-1")


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__)
        cls.browser = Browser()
        cls.browser.__enter__()
        cls.addClassCleanup(cls.browser.__exit__)
        cls.seq = 0

    def report(self, gateway="gw-changsha", **what):
        type(self).seq += 1
        publish(self.stack.broker_port, f"site/{gateway}/up/finding", finding(gateway, self.seq, **what))

    def number_of(self, device):
        def look():
            for ticket in self.stack.get("/api/v1/tickets?limit=2000")["tickets"]:
                page = self.stack.get("/api/v1/tickets/" + ticket["number"])
                if page["id"]["device"] == device:
                    return ticket["number"]
            return None
        return wait_for(look, what=f"a ticket of {device}")

    def in_language(self, language):
        self.browser.run("localStorage.setItem('language', arguments[0])", language)
        self.browser.send("POST", "/refresh", {})

    def no_complaints(self):
        bad = [line for line in self.browser.log() if line["level"] == "SEVERE"]
        self.assertEqual(bad, [])

    def test_a_ticket_appears_without_reload_in_both_languages(self):
        self.browser.open(self.stack.url + "/")
        self.in_language("zh")
        self.browser.shows("实时")
        self.browser.run("window.untouched = true")
        self.report(device="live-1", device_title=both("直播工位", "Live seat"))
        self.browser.shows("直播工位")
        self.assertTrue(self.browser.run("return window.untouched"), "the page was loaded anew")
        for text in ("继电器触点粘连", "命令断开 12 秒后", "SRD-05VDC-SL-C", "97%", "继电器电子部", "待接单", "重大"):
            self.assertIn(text, self.browser.text())
        self.browser.click("#language")
        self.browser.shows("Live seat")
        for text in ("Relay contact welded", "Twelve seconds", "Relay electronics", "New", "Major", "Response"):
            self.assertIn(text, self.browser.text())
        self.browser.send("POST", "/refresh", {})
        self.browser.shows("Relay contact welded")
        self.no_complaints()

    def test_the_clocks_run(self):
        self.report(device="clock-1", kind="power.sag", point="output.voltage")
        self.browser.open(self.stack.url + "/tickets/" + self.number_of("clock-1"))
        self.in_language("en")
        self.browser.shows("Response")
        read = lambda: self.browser.run("return document.querySelector('[data-clock=response] .time').textContent")
        first = wait_for(read, what="the response clock")
        self.assertRegex(first, r"^29:\d\d$")
        wait_for(lambda: read() != first, what="a second passing")

    def test_acknowledge_and_resolve_by_click(self):
        self.report(device="click-1", kind="power.sag", point="output.voltage")
        number = self.number_of("click-1")
        self.browser.open(f"{self.stack.url}/tickets/{number}")
        self.in_language("en")
        self.browser.shows("First analysis")
        self.browser.run("document.getElementById('by').value = ''")
        self.browser.click("#acknowledge")
        self.browser.shows("Say who you are first")
        self.browser.type("#by", "Li Na")
        self.browser.type("#note", "Called the site; seat 2 is out of use.")
        self.browser.click("#acknowledge")
        self.browser.shows("Acknowledged")
        self.browser.shows("kept")
        self.browser.shows("Called the site")
        self.browser.shows("Dispatched to Power")
        self.assertEqual(self.stack.get("/api/v1/tickets/" + number)["owner"], "Li Na")
        self.assertTrue(self.browser.run("return document.querySelector('option[value=repaired]').disabled"))
        self.report(device="click-1", kind="power.sag", point="output.voltage", event="returned", active=False)
        self.browser.shows("Fault no longer measured since")
        self.browser.run("document.getElementById('outcome').value = 'repaired'")
        self.browser.click("#resolve")
        self.browser.shows("Closed. It opens again by itself")
        self.assertEqual(self.stack.get("/api/v1/tickets/" + number)["state"], "closed")
        self.report(device="click-1", kind="power.sag", point="output.voltage", event="reopened")
        self.browser.shows("Fault measured now")
        self.assertEqual(self.stack.get("/api/v1/tickets/" + number)["round"], 2)
        self.no_complaints()

    def test_the_ticket_page_holds_the_whole_first_analysis_and_the_readings(self):
        values = [12.0 - i * 0.01 for i in range(60)] + [None] + [11.2] * 20
        publish(self.stack.broker_port, "site/gw-changsha/up/readings",
                readings("gw-changsha", 1, "whole-1", "output.voltage", "V", values))
        self.report(device="whole-1", held_back=["whole-1/output.voltage/power.sag"])
        self.browser.open(f"{self.stack.url}/tickets/{self.number_of('whole-1')}")
        self.in_language("zh")
        for text in ("故障仍在测得", "先检查", "断开工位总开关", "立即处理", "依据", "relay.3.state", "命令：断开", "12.04 V",
                     "whole-1/output.voltage/power.sag", "发现故障", "公司", "近期读数"):
            self.browser.shows(text)
        path = self.browser.run("return document.querySelector('.chart .line').getAttribute('d')")
        self.assertEqual(path.count("M"), 2, "a reading that is missing is a gap in the line")
        self.no_complaints()

    def test_gateways_show_whether_they_are_heard(self):
        publish(self.stack.broker_port, "site/gw-lost/up/state", state("gw-lost", False), retain=True)
        self.browser.open(self.stack.url + "/")
        self.in_language("en")
        self.browser.shows("gw-lost")
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('.gateway')]"
                                          ".find(g => g.textContent.includes('gw-lost')).dataset.state"), "offline")
        publish(self.stack.broker_port, "site/gw-lost/up/state", state("gw-lost", True), retain=True)
        wait_for(lambda: "gw-lostonline" in self.browser.text().replace("\n", "").replace(" ", ""), what="gw-lost online")

    def test_nothing_that_comes_from_a_site_runs_as_script(self):
        for i, attack in enumerate(ATTACKS):
            self.report(device=f"xss-{i}", device_title=both(attack, attack))
        publish(self.stack.broker_port, "site/gw-changsha/up/finding", '{"id":"<script>window.hacked=1</script>')
        number = self.number_of(f"xss-{len(ATTACKS) - 1}")
        self.browser.open(self.stack.url + "/")
        self.in_language("en")
        for attack in ATTACKS:
            self.browser.shows(attack)
        self.assertIsNone(self.browser.run("return window.hacked || null"))
        self.browser.open(f"{self.stack.url}/tickets/{number}")
        self.browser.shows(ATTACKS[-1])
        headers = {"Content-Type": "application/json", "X-Requested-With": "test"}
        for attack in ATTACKS:
            status, _ = self.stack.call("POST", f"/api/v1/tickets/{number}/note", {"by": attack[:60], "note": attack}, headers)
            self.assertEqual(status, 200)
            self.browser.shows(attack)
        self.assertIsNone(self.browser.run("return window.hacked || null"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('iframe, svg:not(.chart svg), main img').length"), 0)

    def test_the_policy_stops_an_inline_script(self):
        self.browser.open(self.stack.url + "/")
        self.browser.run("const s = document.createElement('script'); s.textContent = 'window.inline = 1'; document.body.append(s)")
        self.assertIsNone(self.browser.run("return window.inline || null"))
        self.browser.log()

    def test_the_page_finds_back_after_the_service_was_away(self):
        self.report(device="back-1", device_title=both("一号", "Seat one"))
        self.number_of("back-1")
        self.browser.open(self.stack.url + "/")
        self.in_language("en")
        self.browser.shows("Seat one")
        port = int(self.stack.url.rsplit(":", 1)[1])
        self.stack.ticketd.kill()
        self.stack.ticketd.wait()
        self.browser.shows("reconnecting")
        self.report(device="back-2", device_title=both("二号", "Seat two"))
        self.stack.start_ticketd(port)
        self.browser.shows("Seat two", limit=20)
        self.browser.shows("live")
        self.browser.log()

    def test_a_receipt_names_the_numbers_that_are_committed(self):
        with subprocess.Popen(["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", str(self.stack.broker_port), "-q", "1",
                               "-t", "site/gw-receipt/down/receipt", "-C", "2", "-W", "20", "-F", "%p"],
                              stdout=subprocess.PIPE, preexec_fn=die_with_parent) as listener:
            lines = []
            # A repeat of what is known is receipted too, so sending until one is heard finds out when the listener stands.
            for _ in range(40):
                publish(self.stack.broker_port, "site/gw-receipt/up/finding", RECEIPTED)
                if select.select([listener.stdout], [], [], 0.25)[0]:
                    lines.append(json.loads(listener.stdout.readline()))
                    break
            self.assertEqual(lines, [{"gateway": "gw-receipt", "epoch": EPOCH, "seqs": [7]}])
            listener.terminate()
        rows = [t for t in self.stack.get("/api/v1/tickets?gateway=gw-receipt")["tickets"]]
        self.assertEqual(len(rows), 1)

    def test_it_fits_a_telephone(self):
        self.report(device="narrow-1")
        self.number_of("narrow-1")
        self.browser.resize(500, 900)
        try:
            self.browser.open(self.stack.url + "/")
            self.in_language("zh")
            self.browser.shows("继电器触点粘连")
            self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth - innerWidth"), 0)
        finally:
            self.browser.resize(1440, 900)


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv[:1])
