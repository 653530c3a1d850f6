"""What disturbs a whole line, in real time: another master on it, and two devices with one address. Each is one ticket, with
its own name; nothing else is accused meanwhile, and it goes when its cause does."""
import sys
import time

from chain import Chain, until
from faults_test import finding_of

# A second master is told after three of its questions within a minute; a twin after so many damaged answers that a bad
# contact would have lost questions too, of devices that are read once a second. Each list is a site of its own: what is
# named goes by the last 64 questions, and two faults within them are another matter. The first twin follows the master's
# collisions, which must not make a bad contact of it.
SITES = [
    [(("break", "rs485-1", "master", "700"), ("mend", "rs485-1"), "rs485-1/-/bus.second-master", 20, 100),
     (("break", "leak-1", "twin"), ("mend", "leak-1"), "leak-1/-/link.address-conflict", 60, 150)],
    [(("break", "rail-12v", "twin", "1"), ("mend", "rail-12v"), "rail-12v/-/link.address-conflict", 60, 150)],
    # So late that most of its answers come whole, behind the other's.
    [(("break", "analog-1", "twin", "60"), ("mend", "analog-1"), "analog-1/-/link.address-conflict", 60, 150)],
]


def told(chain):
    """Every finding at the centre, and whether it still holds."""
    tickets = [chain.api(f"/tickets/{t['number']}") for t in chain.tickets()]
    return {finding_of(t): t["measured"] for t in tickets}


def play(chain, cases):
    expected = set()
    for hurt, mend, finding, bound, gone in cases:
        expected.add(finding)
        chain.simulate(*hurt)
        began = time.monotonic()
        try:
            until(lambda: told(chain).get(finding), bound, f"a ticket for {finding}")
        except AssertionError as missed:
            raise AssertionError(f"{missed}; told instead: {told(chain)}") from missed
        took = time.monotonic() - began
        chain.simulate(*mend)
        until(lambda: not told(chain)[finding], gone, f"{finding} is told to be gone")
        print(f"{finding}: ticket after {took:.1f} s, gone told", flush=True)
        assert set(told(chain)) == expected, f"told {sorted(told(chain))}, true {sorted(expected)}"


def main():
    for cases in SITES:
        with Chain() as chain:
            play(chain, cases)
    print(f"{sum(len(cases) for cases in SITES)} passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
