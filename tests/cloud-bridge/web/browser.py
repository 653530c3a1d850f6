"""Headless Chromium through chromedriver, spoken to with the standard library."""
import base64
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from stack import die_with_parent, free_port, wait_for

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]


class Browser:
    def __init__(self, width=1440, height=900, language="zh-CN"):
        self.size = (width, height)
        self.language = language

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        port = free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.root = f"http://127.0.0.1:{port}"
        wait_for(self.ready, what="chromedriver")
        arguments = FLAGS + [f"--user-data-dir={self.profile}", f"--window-size={self.size[0]},{self.size[1]}",
                             f"--lang={self.language}"]
        answer = self.send("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments, "prefs": {"intl.accept_languages": self.language}},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.root += "/session/" + answer["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.send("DELETE", "", None)
        except OSError:
            pass
        self.driver.terminate()
        self.driver.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def ready(self):
        try:
            return self.send("GET", "/status", None)["ready"]
        except OSError:
            return False

    def send(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["value"]

    def open(self, url):
        self.send("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self):
        return self.run("return document.body.innerText")

    def click(self, selector):
        element = self.send("POST", "/element", {"using": "css selector", "value": selector})
        self.send("POST", "/element/" + next(iter(element.values())) + "/click", {})

    def type(self, selector, text):
        element = self.send("POST", "/element", {"using": "css selector", "value": selector})
        self.send("POST", "/element/" + next(iter(element.values())) + "/value", {"text": text})

    def shows(self, text, limit=10):
        try:
            wait_for(lambda: text in self.text(), limit)
        except AssertionError:
            raise AssertionError(f"the page does not show {text!r} within {limit} s; it shows: {self.text()[:1500]}") from None

    def log(self):
        return self.send("POST", "/se/log", {"type": "browser"})

    def resize(self, width, height):
        self.send("POST", "/window/rect", {"width": width, "height": height})

    def pretend(self, width, height):
        """A screen of this size, also narrower than a window can be made."""
        self.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640}})

    def pretend_no_more(self):
        self.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})

    def shoot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("GET", "/screenshot", None)))
