"""The ticket service's database is put back from a backup: every ticket that came since is back, and none is doubled.

The backup is taken while findings come in, as a real one is. Afterwards the books of both ends are compared as after a
killing, straight from the two databases.
"""
import sqlite3
import sys

from chain import Chain, until
from kill_campaign import FAULTS, books, compare, key_of

BEFORE = list(FAULTS)[:5]
SINCE = list(FAULTS)[5:10]


def shown(chain, measured):
    return {key_of(t["finding"]) for t in chain.tickets() if t["measured"] == measured}


def hurt(chain, faults):
    for fault in faults:
        chain.simulate(*FAULTS[fault][0].split())


def mend(chain, faults):
    for fault in faults:
        chain.simulate(*FAULTS[fault][1].split())


def back_up(chain, to):
    source = sqlite3.connect(chain.folder / "ticketd/tickets.db")
    with sqlite3.connect(to) as target:
        source.backup(target)
    target.close()
    source.close()


def put_back(chain, backup):
    """As the service's own words advise: the backup in its place, with no log beside it."""
    place = chain.folder / "ticketd/tickets.db"
    for name in ("tickets.db-wal", "tickets.db-shm"):
        (place.parent / name).unlink(missing_ok=True)
    place.write_bytes(backup.read_bytes())


def main():
    with Chain() as chain:
        hurt(chain, BEFORE)
        until(lambda: shown(chain, True) == set(BEFORE), 40, "the tickets of before the backup")
        hurt(chain, SINCE[:2])
        backup = chain.folder / "backup.db"
        back_up(chain, backup)
        hurt(chain, SINCE[2:])
        mend(chain, BEFORE[:2])
        until(lambda: shown(chain, True) == set(BEFORE[2:] + SINCE) and shown(chain, False) == set(BEFORE[:2]), 40,
              "all that happens since the backup")
        until(lambda: chain.ctl("outbox")["findings_waiting"] == 0, 20, "a receipt for every finding")
        chain.ticketd.kill()
        put_back(chain, backup)
        with sqlite3.connect(backup) as old:
            held = old.execute("SELECT count(*) FROM ticket").fetchone()[0]
        assert held < len(BEFORE + SINCE), "the backup is as new as the store: this would prove nothing"
        chain.ticketd.start()
        until(lambda: shown(chain, True) == set(BEFORE[2:] + SINCE) and shown(chain, False) == set(BEFORE[:2]), 20,
              "all of it is back")
        until(lambda: chain.ctl("outbox")["findings_waiting"] == 0, 20, "a receipt for every finding again")
        mend(chain, BEFORE[2:] + SINCE)
        until(lambda: not shown(chain, True), 60, "the end of every fault")
        for process in (chain.bridge, chain.agent, chain.ticketd):
            process.stop()
        problems = compare(dict.fromkeys(BEFORE + SINCE, 1), books(chain.folder))
        assert not problems, problems
    print(f"{held} tickets in the backup, {len(BEFORE + SINCE)} after its return; 1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
