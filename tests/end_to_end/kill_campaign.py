"""Kills agent, bridge, broker and ticket service at random under a stream of faults, and counts at both ends.

  kill_campaign.py --kills 300 --seed 1

The stream breaks the simulated site, waits until the centre shows it, mends it, waits until the centre shows that too,
and starts over elsewhere; twelve faults are on their way at any time. Afterwards, with everything stopped, the books are
compared, read straight from the two databases:

  lost       a row of the agent's outbox that the centre's inbox does not have
  doubled    a finding with two tickets, or a fault told more or fewer times than it was made
  strange    a ticket or finding for something that was never broken
"""
import argparse
import collections
import json
import random
import sqlite3
import sys
import time

from chain import Chain, until

FAULTS = {
    "rail-12v/output.voltage/rail.low": ("set rail-12v output.voltage 10.8", "set rail-12v output.voltage 12.05"),
    "psu-5v/output.voltage/rail.high": ("set psu-5v output.voltage 5.6", "set psu-5v output.voltage 5.02"),
    "leak-1/leakage.current/leakage.high": ("set leak-1 leakage.current 45", "set leak-1 leakage.current 6"),
    "analog-1/-/link.no-answer": ("break analog-1 silent", "mend analog-1"),
}
for board in ("relay-1", "relay-2"):
    for n in range(2, 7):
        FAULTS[f"{board}/relay.{n}.state/relay.welded"] = (
            f"break {board} welded relay.{n}", f"mend {board} welded relay.{n}")

AT_ONCE = 12
WAIT_S = 120  # what killing may cost a single fault; far above what it should
# On a busy machine an agent that is killed every second and a half may never see a fault for long enough to be sure of
# it. A fault that has waited so long is let through: the killing pauses until it is shown.
PATIENCE_S = 15


class Stream:
    """Faults on their way, each in one of three conditions: broken and not yet shown, mended and not yet shown, rest."""

    def __init__(self, chain, rng):
        self.chain, self.rng = chain, rng
        self.made = collections.Counter()
        self.broken, self.mended = {}, {}
        self.shown_s = []

    def step(self):
        while len(self.broken) + len(self.mended) < AT_ONCE:
            finding = self.rng.choice([f for f in FAULTS if f not in self.broken and f not in self.mended])
            self.chain.simulate(*FAULTS[finding][0].split())
            self.made[finding] += 1
            self.broken[finding] = time.monotonic()
        self.advance()
        for finding, since in [*self.broken.items(), *self.mended.items()]:
            assert time.monotonic() - since < WAIT_S, f"{finding} is not shown at the centre after {WAIT_S} s"

    def starved(self):
        now = time.monotonic()
        return any(now - since > PATIENCE_S for since in [*self.broken.values(), *self.mended.values()])

    def advance(self):
        """Mends what the centre shows as broken, forgets what it shows as gone."""
        measured = self.measured()
        if measured is None:
            return  # the centre is down just now
        for finding, since in list(self.broken.items()):
            if measured.get(finding):
                self.shown_s.append(time.monotonic() - since)
                self.chain.simulate(*FAULTS[finding][1].split())
                del self.broken[finding]
                self.mended[finding] = time.monotonic()
        for finding, since in list(self.mended.items()):
            if not measured.get(finding):
                del self.mended[finding]

    def finish(self):
        """Mends what is broken and waits until the centre has seen the end of everything."""
        stop = time.monotonic() + WAIT_S
        while self.broken or self.mended:
            assert time.monotonic() < stop, f"not told in the end: {[*self.broken, *self.mended]}"
            self.advance()
            time.sleep(0.1)

    def measured(self):
        """finding → is it measured now, as the centre's tickets say; nothing when the centre is down."""
        try:
            tickets = self.chain.tickets()
        except (OSError, ValueError):
            return None
        return {key_of(t["finding"]): t["measured"] for t in tickets}


def key_of(finding):
    """site/device/point/kind/occurrence → device/point/kind"""
    return "/".join(finding.split("/")[1:4])


def open_readonly(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def books(folder):
    """What both ends have written down, straight from disk."""
    agent = open_readonly(folder / "store/findings.db")
    centre = open_readonly(next((folder / "ticketd").glob("*.db")))
    epoch = agent.execute("SELECT value FROM meta WHERE key='epoch'").fetchone()[0]
    outbox = {(epoch, seq) for (seq,) in agent.execute("SELECT seq FROM outbox")}
    inbox = {tuple(row) for row in centre.execute("SELECT epoch, seq FROM inbox WHERE kind = 1")}
    events = collections.Counter()
    for finding, event in agent.execute("SELECT finding, event FROM events"):
        if event in ("opened", "reopened"):
            events[key_of(finding)] += 1
    findings = [row[0] for row in agent.execute("SELECT id FROM findings")]
    tickets = [row[0] for row in centre.execute("SELECT finding FROM ticket")]
    quarantined = centre.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    ledger = collections.Counter()
    for finding, payload in centre.execute(
            "SELECT t.finding, e.payload FROM ticket_event e JOIN ticket t ON t.id = e.ticket WHERE e.payload IS NOT NULL"):
        event = json.loads(payload)["data"]["event"]
        if event in ("opened", "reopened"):
            ledger[key_of(finding)] += 1
    return locals()


def compare(made, b):
    problems = []
    if b["outbox"] - b["inbox"]:
        problems.append(f"lost: {len(b['outbox'] - b['inbox'])} rows never reached the centre")
    if b["inbox"] - b["outbox"]:
        problems.append(f"strange: {len(b['inbox'] - b['outbox'])} rows at the centre that nobody sent")
    if sorted(b["findings"]) != sorted(b["tickets"]):
        problems.append(f"findings and tickets differ: {set(b['findings']) ^ set(b['tickets'])}")
    if len(b["tickets"]) != len(set(b["tickets"])):
        problems.append("doubled: two tickets for one finding")
    if b["quarantined"]:
        problems.append(f"{b['quarantined']} messages were put aside")
    for key in set(made) | set(b["events"]) | set(b["ledger"]):
        counts = made[key], b["events"][key], b["ledger"][key]
        if len(set(counts)) != 1:
            problems.append(f"{key}: made {counts[0]} times, found {counts[1]}, told {counts[2]}")
    return problems


def run(kills, seed, pause):
    rng = random.Random(seed)
    with Chain() as chain:
        stream = Stream(chain, rng)
        killed = collections.Counter()
        next_kill = time.monotonic()
        while sum(killed.values()) < kills:
            if time.monotonic() >= next_kill and not stream.starved():
                victim = rng.choice(chain.killable)
                assert victim.alive(), f"{victim.name} ended by itself"
                victim.kill()
                victim.start()
                killed[victim.name] += 1
                next_kill = time.monotonic() + rng.uniform(0.3, 1.7) * pause
                if sum(killed.values()) % 100 == 0:
                    print(f"{sum(killed.values())} kills, {sum(stream.made.values())} faults", flush=True)
            stream.step()
            time.sleep(0.02)
        stream.finish()
        until(lambda: chain.ctl("outbox")["findings_waiting"] == 0, WAIT_S, "an empty outbox")
        for process in (chain.bridge, chain.agent, chain.ticketd):
            process.stop()
        b = books(chain.folder)
        problems = compare(stream.made, b)
        shown = sorted(stream.shown_s)
        print(f"kills {dict(killed)}; faults made {sum(stream.made.values())}, findings {len(b['findings'])}, "
              f"tickets {len(b['tickets'])}, messages {len(b['outbox'])}")
        print(f"from fault to ticket under fire: n {len(shown)}, min {shown[0]:.1f}, median "
              f"{shown[len(shown) // 2]:.1f}, max {shown[-1]:.1f} s")
        for problem in problems:
            print(problem)
        assert not problems, f"{len(problems)} problems"
    print(f"{sum(killed.values())} passed, 0 failed")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pause", type=float, default=0.4, help="mean seconds between two kills")
    chosen = options.parse_args()
    sys.exit(run(chosen.kills, chosen.seed, chosen.pause))
