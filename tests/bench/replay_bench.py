#!/usr/bin/env python3
"""Judgement held against recorded site-years with a truth: recall, false findings, forecasts, speed.

  replay_bench.py --inspectctl build/bin/inspectctl --score score.py SET...

A SET is a folder of recorded site-years (each with plant.csv, topology.csv, calendar.csv, readings.bin and truth/);
score.py is the scorer that came with them. Each year is replayed; its findings.jsonl is written beside its readings.
Printed are the readings a second of processor time (n, minimum, median, maximum), whether a second replay of the first
year gave the same bytes, and the scorer's summary of each set.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys

RECORD, HEADER = 12, 32


def replay(inspectctl, year):
    """The findings of one year as bytes, and readings a second of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([inspectctl, "replay", year, "--json"], stdout=subprocess.PIPE, check=True, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    readings = (os.path.getsize(os.path.join(year, "readings.bin")) - HEADER) // RECORD
    return done.stdout, readings / max(seconds, 1e-6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inspectctl", required=True)
    parser.add_argument("--score", required=True, help="the scorer of the recorded years")
    parser.add_argument("sets", nargs="+", metavar="SET")
    arguments = parser.parse_args()
    pace, first = [], None
    for folder in arguments.sets:
        years = sorted(y.path for y in os.scandir(folder) if os.path.isdir(os.path.join(y.path, "truth")))
        for year in years:
            findings, speed = replay(arguments.inspectctl, year)
            first = first or (year, findings)
            pace.append(speed)
            with open(os.path.join(year, "findings.jsonl"), "wb") as out:
                out.write(findings)
        print(f"\n== {folder}: {', '.join(os.path.basename(y) for y in years)}", flush=True)
        subprocess.run([sys.executable, arguments.score, "--set", folder], check=True, timeout=600)
    if not pace:
        sys.exit("no recorded year with a truth was found")
    same = replay(arguments.inspectctl, first[0])[0] == first[1]
    print(f"\nreadings a second: n {len(pace)}, min {min(pace):.3g}, median {statistics.median(pace):.3g}, max {max(pace):.3g}")
    print(f"the same record again gives the same bytes: {'yes' if same else 'NO'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
