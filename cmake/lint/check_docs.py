#!/usr/bin/env python3
"""What documents and comments name is there.

    check_docs.py [--root FOLDER]

link   a link of a Markdown file to another file
path   a path of this tree, in documents and in comments: the whole of it
       exists, where it has neither a capital letter as a placeholder nor a *

Prints `file:line: rule: text` and exits with 1 when it found something.
"""
import pathlib
import re
import subprocess
import sys

FLOORS = ("common", "component", "webclient-gateway", "schema", "config",
          "tests", "cmake", "docs")
# The self-test names files that it makes up.
NOT_OURS = re.compile(r"/(node_modules|corpus|link-vectors)/|package-lock|"
                      r"/lint/selftest.py")
TEXTS = {".md", ".c", ".h", ".py", ".mjs", ".ts", ".sh", ".room", ".cmake",
         ".table", ".txt", ".conf", ".lua", ".yml", ".service", ".sql", ""}
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
PATH = re.compile(r"(?<![\w./$}%-])(?:" + "|".join(FLOORS) +
                  r")/[\w./*-]*[\w*]")


def listed(root):
    """The files of the checkout, or of any other folder."""
    done = subprocess.run(["git", "-C", root, "ls-files", "-co",
                           "--exclude-standard"], capture_output=True,
                          text=True, check=False)
    if done.returncode == 0:
        return sorted(set(done.stdout.split("\n")) - {""})
    return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                  if path.is_file())


def bad_links(root, file, line):
    for target in LINK.findall(line):
        if not re.match(r"\w+:", target) and \
                not (root / file).parent.joinpath(target).exists():
            yield "link", target


def bad_paths(root, line):
    if line.startswith("#include"):
        return  # from another root; the compiler looks
    for path in PATH.findall(line):
        # A Python package, and what only a build or a run makes.
        if "*" in path or re.search(r"[A-Z]{3}|build/|/dist/", path):
            continue
        whole = root / path
        if not whole.exists() and not list(whole.parent.glob(whole.name + "*")):
            yield "path", path


def check(root):
    found = 0
    for file in listed(root):
        whole = root / file
        if whole.suffix not in TEXTS or NOT_OURS.search("/" + file) or \
                not whole.is_file():
            continue
        text = whole.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            bad = list(bad_paths(root, line))
            if whole.suffix == ".md":
                bad += bad_links(root, file, line)
            for rule, what in bad:
                print(f"{file}:{number}: {rule}: {what} is not there")
            found += len(bad)
    return found


if __name__ == "__main__":
    words = sys.argv[1:]
    place = words[1] if words[:1] == ["--root"] else \
        pathlib.Path(__file__).resolve().parent.parent.parent
    sys.exit(check(pathlib.Path(place)) > 0)
