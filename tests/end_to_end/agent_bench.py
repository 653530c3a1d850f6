"""An agent alone, without a centre: a simulator, profiles that a test may add to, and inspectctl."""
import json
import pathlib
import shutil
import subprocess
import tempfile

from chain import BIN, ROOT, Process, free_port, until


class AgentBench:
    """`with` starts nothing and ends everything; when the test failed, the logs are shown and the folder stays."""

    def __init__(self, name):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self.tcp_port = free_port()
        self.profiles = self.folder / "profiles"
        shutil.copytree(ROOT / "drivers/profiles", self.profiles)
        self.sim = self.agent = None

    def start_simulator(self, site):
        (self.folder / "sim.toml").write_text(site, encoding="utf-8")
        self.sim = Process("sitesim", [BIN / "sitesim", "--site", self.folder / "sim.toml", "--profiles", self.profiles,
                                       "--socket", self.folder / "sim", "--die-with-parent"], self.folder).start()
        until(lambda: self.simulate("list"), 10, "the simulator")

    def make_agent(self, site, before=()):
        """`before`: what the agent's command line begins with."""
        (self.folder / "site.toml").write_text(site, encoding="utf-8")
        self.agent = Process("inspectd", [*before, BIN / "inspectd", "--config", self.folder / "site.toml", "--profiles",
                                          self.profiles, "--catalogue", ROOT / "protocol/catalogue", "--last-good",
                                          self.folder / "last-good.toml"], self.folder)

    def start(self):
        self.agent.start()
        until(lambda: all(d["health"] == "active" for d in self.ctl("devices")), 20, "every device answers")

    def simulate(self, *words):
        return subprocess.run([BIN / "sitesim", "--socket", self.folder / "sim", *words], check=True, capture_output=True,
                              text=True, timeout=10).stdout

    def run(self, *words):
        return subprocess.run([BIN / "inspectctl", "--socket", self.folder / "control.sock", "--json", *words],
                              capture_output=True, text=True, timeout=60)

    def ctl(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def refused(self, what, *words):
        done = self.run(*words)
        assert done.returncode == 4 and what in done.stderr, (words, done)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        for process in (self.agent, self.sim):
            if process is not None and process.alive():
                process.kill()
        self.close()
        if failure is None:
            shutil.rmtree(self.folder)
            return
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-25:]))

    def close(self):
        """What a test's own bench holds beside these."""
