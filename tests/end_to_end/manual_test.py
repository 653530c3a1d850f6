"""The manual pages: every option and every verb that a program's own help names is in its page, each page names what the
units name as their documentation, and groff finds nothing wrong with any."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("INSPECT_BIN", ROOT / "build/dev/bin"))
PAGES = {page.name: page for page in [*ROOT.glob("firmware-agent/docs/man/*"), *ROOT.glob("cloud-bridge/docs/man/*"),
                                      ROOT / "drivers/simulator/sitesim.1"]}
PROGRAMS = {"inspectctl": 1, "inspectd": 8, "inspect-bridge": 8, "ticketd": 8, "sitesim": 1}


def help_of(program, *words):
    environment = {**os.environ, "LC_ALL": "C", "COLUMNS": "100"}
    return subprocess.run([BIN / program, *words, "--help"], capture_output=True, text=True, check=True,
                          env=environment).stdout


def verbs_in(text):
    """The names below "Verbs:"."""
    part = re.search(r"^Verbs:\n((?:  .*\n)+)", text, re.MULTILINE)
    return re.findall(r"^  ([a-z][a-z-]*) ", part[1], re.MULTILINE) if part else []


def options_in(text):
    return set(re.findall(r"^ +(?:-\w,)?--([a-z][a-z-]+)", text, re.MULTILINE))


def commands_of_sitesim(text):
    part = text.partition("Commands:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"(?:^|, )([a-z]+)", "\n".join(line.split("  ")[0] for line in part.splitlines()), re.MULTILINE))


def wanted(program):
    """Options and words that the page has to have."""
    text = help_of(program)
    options, words = options_in(text), set()
    if program == "sitesim":
        words = commands_of_sitesim(text)
    for verb in verbs_in(text):
        inner = help_of(program, verb)
        options |= options_in(inner)
        words.add(verb)
        for second in verbs_in(inner):
            options |= options_in(help_of(program, verb, second))
            words.add(f"{verb} {second}")
    return options, words


def check_program(program, section):
    page = PAGES[f"{program}.{section}"].read_text(encoding="utf-8")
    options, words = wanted(program)
    assert options, f"{program} --help names no option: it is not understood here"
    lacks = [f"--{option}" for option in sorted(options) if not re.search(rf"\bFl -{re.escape(option)}\b(?!-)", page)]
    for word in sorted(words):
        # "Cm status , devices": several of a kind stand behind one macro; a second word may be optional.
        first, _, second = word.partition(" ")
        shape = rf"\.It (?:.* )?(?:Cm |, ){first}\b" + (rf" (?:Oo |Op )?(?:Cm )?{second}\b" if second else "")
        if not re.search(shape, page):
            lacks.append(word)
    assert not lacks, f"{program}.{section} lacks {', '.join(lacks)}"
    return len(options) + len(words)


def check_reference():
    """firmware-agent/docs/inspectctl.md has a row for every verb and names every option."""
    reference = (ROOT / "firmware-agent/docs/inspectctl.md").read_text(encoding="utf-8")
    options, words = wanted("inspectctl")
    lacks = [f"--{option}" for option in sorted(options) if not re.search(rf"--{re.escape(option)}\b(?!-)", reference)]
    for word in sorted(words):
        # "`findings [list]`": what may be left out stands in brackets.
        first, _, second = word.partition(" ")
        if not re.search(rf"^\| `{first}\b" + (rf" \[?{second}\b" if second else ""), reference, re.MULTILINE):
            lacks.append(word)
    assert not lacks, f"inspectctl.md lacks {', '.join(lacks)}"


def check_units():
    """What `systemctl help` would open."""
    for unit in ROOT.glob("*/**/*.service"):
        for name, section in re.findall(r"man:([\w.-]+)\((\d)\)", unit.read_text(encoding="utf-8")):
            assert f"{name}.{section}" in PAGES, f"{unit.name} names {name}({section}), and there is no such page"


def check_words(page):
    said = subprocess.run(["groff", "-mdoc", "-Kutf8", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True)
    assert said.returncode == 0 and not said.stderr, f"{page.name}: {said.stderr}"


def main():
    named = sum(check_program(program, section) for program, section in PROGRAMS.items())
    assert len(PAGES) == len(PROGRAMS) + 1, sorted(PAGES)
    check_reference()
    check_units()
    if shutil.which("groff"):
        for page in PAGES.values():
            check_words(page)
    else:
        print("groff is not here: the pages' macros are not looked at (apt install groff)")
    print(f"{len(PAGES)} pages, {named} options and verbs; 1 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
