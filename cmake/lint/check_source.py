#!/usr/bin/env python3
"""Checks of the C sources that no compiler makes.

    check_source.py [--root FOLDER] [FILE ...]

arrows   own includes and library headers against arrows.table
pure     no header of clock, chance, thread or file in a pure folder
calls    no call that calls.table forbids
xml      XML is written by wire only
size     functions to 60 lines and 5 parameters, files to 400 lines
guard    FOLDER_FILE_H
todo     no TODO or FIXME

Prints `file:line: rule: text` and exits with 1 when it found something.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
FUNCTION_LINES = 60
FUNCTION_PARAMETERS = 5
FILE_LINES = 400
# A table of test cases is long and yet easy to read.
TEST_FILE_LINES = 800
FLOORS = ("common", "component", "webclient-gateway", "tests")
XML_IN = ("component/room", "component/service", "component/router",
          "component/store", "component/link", "component/main")

TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text):
    """Spaces for everything but the ends of lines."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(source):
    def replace(match):
        token = match.group()
        return blank(token) if token.startswith("/") else token
    return TOKEN.sub(replace, source)


def without_literals(source):
    def replace(match):
        token = match.group()
        return token[0] + blank(token[1:-1]) + token[-1]
    return TOKEN.sub(replace, source)


class Arrows:
    def __init__(self, path):
        self.own, self.libraries = {}, {}
        self.pure, self.impure = [], []
        for line in path.read_text().splitlines():
            line = line.split("#")[0].strip()
            if line.startswith("pure:"):
                self.pure = line.split(":")[1].split()
            elif line.startswith("impure headers:"):
                self.impure = line.split(":")[1].split()
            elif line:
                folder, own, libraries = (x.strip() for x in line.split(":"))
                self.own[folder] = [] if own == "-" else own.split()
                self.libraries[folder] = ([] if libraries == "-"
                                          else libraries.split())

    def folders(self):
        """Last words of the folders: what an include begins with."""
        return {f.split("/")[-1] for f in self.own}

    def known_libraries(self):
        return {h for headers in self.libraries.values() for h in headers}


class Calls:
    def __init__(self, path):
        self.rules = []  # (pattern, allowed folders, why, also in tests)
        for line in path.read_text().splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            everywhere = line.startswith("!")
            names, allowed, why = (
                x.strip() for x in line.lstrip("! ").split(":", 2))
            pattern = re.compile(
                r"(?<![\w.>])(%s)\s*\(" % "|".join(names.split()))
            allowed = [] if allowed == "-" else allowed.split()
            self.rules.append((pattern, allowed, why, everywhere))


def folder_of(path, arrows):
    """The line of the table that speaks of this file, or None."""
    folder = path.parent.as_posix()
    if folder == "tests" or folder.startswith("tests/"):
        return "tests"
    return folder if folder in arrows.own else None


def starts_like(header, prefixes):
    return any(header == p or (p.endswith("/") and header.startswith(p))
               for p in prefixes)


def check_includes(path, folder, code, arrows):
    own_name = folder.split("/")[-1]
    allowed = arrows.own[folder]
    for number, line in enumerate(code.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quote, header = match.groups()
        first = header.split("/")[0]
        if quote == '"' and first in arrows.folders():
            if first != own_name and allowed != ["*"] and first not in allowed:
                yield number, "arrows", (
                    f"{own_name} may not include {first} ({header})")
        elif starts_like(header, arrows.known_libraries()):
            if not starts_like(header, arrows.libraries[folder]):
                yield number, "arrows", (
                    f"{own_name} may not see the library header {header}")
        elif quote == '"' and "/" not in header and folder != "tests":
            yield number, "arrows", (
                f"{header}: say the folder, \"{own_name}/{header}\"")
        if folder in arrows.pure and starts_like(header, arrows.impure):
            yield number, "pure", (
                f"{own_name} is pure and may not include {header}")


def check_calls(folder, code, calls):
    in_tests = folder == "tests"
    for number, line in enumerate(code.splitlines(), 1):
        for pattern, allowed, why, everywhere in calls.rules:
            if folder in allowed or (in_tests and not everywhere):
                continue
            match = pattern.search(line)
            if match and not line.lstrip().startswith("#include"):
                yield number, "calls", f"{match.group(1)}(): {why}"


def check_xml(folder, code):
    if folder not in XML_IN:
        return
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"', code):
        text = match.group()[1:-1]
        if re.match(r"</?[A-Za-z]", text) or re.search(
                r"</[a-z]|/>|\bxmlns(:\w+)?=", text):
            yield (code.count("\n", 0, match.start()) + 1, "xml",
                   f"XML is written by wire only: \"{text[:40]}\"")


def parameters(head):
    """Parameters of the function whose declarator is `head`."""
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)\s*", "", head, flags=re.S)
    match = re.search(r"\((.*)\)", head, re.S)
    if not match or match.group(1).strip() in ("", "void"):
        return 0
    depth, count = 0, 1
    for char in match.group(1):
        depth += char in "(["
        depth -= char in ")]"
        count += char == "," and depth == 0
    return count


def check_size(folder, code):
    """Relies on the format: a function is between `{` and `}` in column 0."""
    lines = code.splitlines()
    limit = TEST_FILE_LINES if folder == "tests" else FILE_LINES
    if len(lines) > limit:
        yield limit + 1, "size", f"{len(lines)} lines in a file, {limit} allowed"
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = number
            head = []
            for above in reversed(lines[:number - 1]):
                if not above.strip() or above.rstrip().endswith((";", "}")):
                    break
                head.insert(0, above)
            count = parameters("\n".join(head))
            if count > FUNCTION_PARAMETERS:
                yield number - 1, "size", (
                    f"{count} parameters, {FUNCTION_PARAMETERS} allowed")
        elif line.startswith("}") and start:
            if number - start - 1 > FUNCTION_LINES:
                yield start, "size", (f"{number - start - 1} lines in a "
                                      f"function, {FUNCTION_LINES} allowed")
            start = None


def check_guard(path, folder, code):
    if path.suffix != ".h":
        return
    where = path.parent.name if folder == "tests" else folder.split("/")[-1]
    guard = re.sub(r"[^A-Z0-9]", "_", f"{where}_{path.stem}_H".upper())
    match = re.search(r"#\s*ifndef\s+(\w+)", code)
    if not match or match.group(1) != guard:
        yield 1, "guard", f"the guard should be {guard}"


def check_todo(source):
    for number, line in enumerate(source.splitlines(), 1):
        match = re.search(r"\b(TODO|FIXME|XXX)\b", line)
        if match and not re.search(r"XXXX", line):
            yield number, "todo", f"{match.group(1)} is a promise: keep it"


def check_file(root, path, arrows, calls):
    folder = folder_of(path, arrows)
    if folder is None:
        yield 1, "arrows", f"{path.parent.as_posix()} is not in arrows.table"
        return
    source = (root / path).read_text(encoding="utf-8")
    code = without_comments(source)
    bare = without_literals(code)
    yield from check_includes(path, folder, code, arrows)
    yield from check_calls(folder, bare, calls)
    yield from check_xml(folder, code)
    yield from check_size(folder, bare)
    yield from check_guard(path, folder, code)
    yield from check_todo(source)


def sources(root):
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.[ch]")):
            path = path.relative_to(root)
            if not {"node_modules", "build"} & set(path.parts):
                yield path


def main(arguments):
    root = HERE.parent.parent
    if arguments[:1] == ["--root"]:
        root, arguments = pathlib.Path(arguments[1]).resolve(), arguments[2:]
    arrows = Arrows(HERE / "arrows.table")
    calls = Calls(HERE / "calls.table")
    paths = [pathlib.Path(a) for a in arguments] or list(sources(root))
    count = 0
    for path in paths:
        for number, rule, text in check_file(root, path, arrows, calls):
            print(f"{path}:{number}: {rule}: {text}")
            count += 1
    if count:
        print(f"{count} found in {len(paths)} files")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
