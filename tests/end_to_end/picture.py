"""Takes the pictures of README.md: the page of a simulated site on which several things are broken.

  picture.py docs/      writes docs/tickets.png and docs/ticket.png
"""
import pathlib
import sys

from chain import ROOT, Chain, until

sys.path.insert(0, str(ROOT / "tests/cloud-bridge/web"))
from browser import Browser  # noqa: E402

BREAK = ["break relay-1 welded relay.3", "set rail-12v output.voltage 10.8", "set leak-1 leakage.current 45",
         "break analog-1 silent"]


def main(folder):
    with Chain() as chain:
        for words in BREAK:
            chain.simulate(*words.split())
        until(lambda: len(chain.tickets()) == len(BREAK), 30, "a ticket for each fault")
        chain.simulate("mend", "analog-1")
        until(lambda: not all(t["measured"] for t in chain.tickets()), 30, "one has recovered")
        number = next(t["number"] for t in chain.tickets() if t["kind"] == "leakage.high")
        for path, name, language, size in [("/", "tickets.png", "en-GB", (1440, 760)),
                                           (f"/tickets/{number}", "ticket.png", "zh-CN", (1440, 1180))]:
            with Browser(*size, language=language) as browser:
                browser.open(f"http://127.0.0.1:{chain.http_port}{path}")
                until(lambda: "29:" in browser.text(), 20, "the page shows its clocks")
                browser.shoot(folder / name)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs")))
