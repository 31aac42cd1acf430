#!/usr/bin/env python3
"""A test of the checks: each must go red on a bad example and stay green on
the good one beside it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOOD = '#include "room/room.h"\n\nint room_size(void)\n{\n    return 2;\n}\n'


def check_source(path, text):
    """What check_source.py says of one file in an otherwise empty tree."""
    with tempfile.TemporaryDirectory() as root:
        file = pathlib.Path(root) / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
        run = subprocess.run([HERE / "check_source.py", "--root", root, path],
                             capture_output=True, text=True)
        return run.returncode, run.stdout


def run_tool(command, name, text):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / name
        file.write_text(text)
        for config in (".clang-format", ".clang-tidy"):
            shutil.copy(ROOT / config, folder)
        run = subprocess.run([*command, str(file)] + (
            ["--", "-std=gnu11"] if command[0] == "clang-tidy" else []),
            capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr


class CheckDocs(unittest.TestCase):
    def check(self, name, text):
        with tempfile.TemporaryDirectory() as root:
            file = pathlib.Path(root) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            run = subprocess.run([HERE / "check_docs.py", "--root", root],
                                 capture_output=True, text=True)
            return run.returncode, run.stdout

    def test_link_to_nowhere(self):
        status, out = self.check("docs/x.md", "\n[a](../docs/gone.md#b)\n")
        self.assertEqual((status, out), (
            1, "docs/x.md:2: link: ../docs/gone.md is not there\n"))

    def test_path_in_a_comment(self):
        status, out = self.check("docs/x.h", "/* As docs/gone.md says. */\n")
        self.assertEqual((status, out), (
            1, "docs/x.h:1: path: docs/gone.md is not there\n"))

    def test_what_is_there(self):
        self.assertEqual(self.check(
            "docs/x.md", "[x](x.md#y), [o](https://example.org), `docs/x.md`, "
            "docs/X_NAME.md, docs/*.md\n"), (0, ""))


class CheckSource(unittest.TestCase):
    def assert_red(self, path, text, rule, line):
        status, out = check_source(path, text)
        self.assertEqual(status, 1, f"{rule} stayed green on:\n{text}")
        self.assertIn(f"{path}:{line}: {rule}:", out)

    def assert_green(self, path, text):
        status, out = check_source(path, text)
        self.assertEqual(status, 0, out)

    def test_good_file(self):
        self.assert_green("component/room/room.c", GOOD)

    def test_arrow_upwards(self):
        self.assert_red("component/room/room.c",
                        GOOD + '#include "store/store.h"\n', "arrows", 7)
        self.assert_red("common/base/err.c", '#include "wire/jid.h"\n',
                        "arrows", 1)
        self.assert_red("component/store/store.c", '#include "link/link.h"\n',
                        "arrows", 1)

    def test_arrow_in_a_comment(self):
        self.assert_green("component/room/room.c",
                          '/* #include "store/store.h" */\n')

    def test_library_header(self):
        self.assert_red("component/service/x.c", "#include <expat.h>\n",
                        "arrows", 1)
        self.assert_red("component/link/x.c", "#include <openssl/evp.h>\n",
                        "arrows", 1)
        self.assert_red("component/main/x.c", "#include <sqlite3.h>\n",
                        "arrows", 1)
        self.assert_green("common/wire/x.c", "#include <expat.h>\n")

    def test_folder_without_a_line(self):
        self.assert_red("component/extra/x.c", "int x;\n", "arrows", 1)

    def test_include_without_folder(self):
        self.assert_red("component/room/x.c", '#include "room.h"\n',
                        "arrows", 1)

    def test_impure_header(self):
        self.assert_red("component/room/x.c", "#include <time.h>\n", "pure", 1)
        self.assert_red("component/service/x.c", "#include <sys/stat.h>\n",
                        "pure", 1)
        self.assert_green("component/main/x.c", "#include <time.h>\n")

    def test_forbidden_call(self):
        for call in ("strcpy(a, b)", "sprintf(a, b)", "system(a)", "rand()",
                     "getenv(a)", "printf(a)", "time(0)", "atoi(a)",
                     "log_info(l, a, b)"):
            self.assert_red("component/room/x.c", f"int f(void)\n{{\n"
                            f"    return {call};\n}}\n", "calls", 3)
        self.assert_red("tests/unit/x.c", "int x = strcpy(a, b);\n", "calls",
                        1)

    def test_allowed_call(self):
        for text in ('int x = f("system(a)");\n', "/* rand() */\n",
                     "int x = r->time(0);\n", "int x = my_rand();\n"):
            self.assert_green("component/room/x.c", text)
        self.assert_green("component/main/x.c", "int x = getenv(a);\n")

    def test_xml_outside_wire(self):
        for text in ('"<message/>"', '"</body>"', '" xmlns=\'jabber:client\'"',
                     '"x/>"'):
            for folder in ("room", "service", "router"):
                self.assert_red(f"component/{folder}/x.c",
                                f"const char *const x = {text};\n", "xml", 1)
        self.assert_green("common/wire/x.c",
                          'const char *const x = "<message/>";\n')
        self.assert_green("component/service/x.c",
                          'const char *const x = "a < b";\n')

    def test_long_function(self):
        body = "    x();\n"
        self.assert_green("component/room/x.c",
                          "void f(void)\n{\n" + body * 60 + "}\n")
        self.assert_red("component/room/x.c",
                        "void f(void)\n{\n" + body * 61 + "}\n", "size", 2)

    def test_many_parameters(self):
        self.assert_green("component/room/x.c",
                          "void f(int a, int b, int c, int d,\n"
                          "       int (*e)(int, int))\n{\n}\n")
        self.assert_red("component/room/x.c",
                        "void f(int a, int b, int c, int d,\n"
                        "       int e, int g)\n{\n}\n", "size", 2)

    def test_long_file(self):
        self.assert_red("component/room/x.c", "int a;\n" * 401, "size", 401)
        self.assert_green("component/room/x.c", "int a;\n" * 400)

    def test_guard(self):
        self.assert_red("component/room/x.h", "#ifndef X_H\n#endif\n",
                        "guard", 1)
        self.assert_green("component/room/x.h",
                          "#ifndef ROOM_X_H\n#define ROOM_X_H\n#endif\n")

    def test_promise(self):
        self.assert_red("component/room/x.c", "/* TODO: all */\n", "todo", 1)


class Tools(unittest.TestCase):
    def test_format(self):
        command = ["clang-format", "--dry-run", "-Werror"]
        self.assertEqual(run_tool(command, "x.c", GOOD)[0], 0)
        self.assertNotEqual(
            run_tool(command, "x.c", GOOD.replace("    ", "\t"))[0], 0)

    def assert_tidy(self, text, check):
        status, out = run_tool(["clang-tidy", "--quiet"], "x.c", text)
        self.assertNotEqual(status, 0, out)
        self.assertIn(check, out)

    def test_tidy_green(self):
        status, out = run_tool(["clang-tidy", "--quiet"], "x.c",
                               "int f(int a);\nint f(int a)\n{\n"
                               "    return a;\n}\n")
        self.assertEqual(status, 0, out)

    def test_tidy_function_size(self):
        self.assert_tidy("int f(int a);\nint f(int a)\n{\n"
                         + "    a += 2;\n" * 70 + "    return a;\n}\n",
                         "readability-function-size")

    def test_tidy_nesting(self):
        self.assert_tidy(
            "int f(int a);\nint f(int a)\n{\n" + "if (a++) {\n" * 6
            + "a = 9;\n" + "}\n" * 6 + "    return a;\n}\n",
            "readability-function-size")

    def test_tidy_null(self):
        self.assert_tidy("int f(void);\nint f(void)\n{\n    int *a = 0;\n"
                         "    return *a;\n}\n", "NullDereference")

    def test_tidy_global(self):
        self.assert_tidy("int f(void);\nstatic int x;\nint f(void)\n{\n"
                         "    return ++x;\n}\n", "non-const-global")

    def hardening_of(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "x.c"
            source.write_text(
                "#include <stdio.h>\n#include <string.h>\n"
                "int main(int argc, char **argv)\n{\n    char a[64];\n"
                "    strncpy(a, argv[argc - 1], (size_t)argc);\n"
                "    printf(\"%s %d\\n\", a, argc);\n    return 0;\n}\n")
            program = f"{folder}/x"
            subprocess.run(["gcc", "-w", *flags, "-o", program, source],
                           check=True)
            return subprocess.run([HERE / "hardening", program],
                                  capture_output=True, text=True)

    def test_hardening(self):
        good = ["-O2", "-D_FORTIFY_SOURCE=3", "-fstack-protector-strong",
                "-fcf-protection=full", "-fPIE", "-pie", "-Wl,-z,relro",
                "-Wl,-z,now"]
        run = self.hardening_of(*good)
        self.assertEqual(run.returncode, 0, run.stdout)
        for flag, said in (("-no-pie", "position independence"),
                           ("-Wl,-z,norelro", "read only"),
                           ("-Wl,-z,lazy", "bound at start"),
                           ("-Wl,-z,execstack", "runs nothing"),
                           ("-fno-stack-protector", "stack protector"),
                           ("-U_FORTIFY_SOURCE", "fortified"),
                           ("-Wl,-rpath,/x", "library path")):
            run = self.hardening_of(*good, flag)
            self.assertNotEqual(run.returncode, 0, f"green with {flag}")
            self.assertIn(said, run.stdout)

    def test_cppcheck(self):
        command = ["cppcheck", "--quiet", "--error-exitcode=1",
                   "--enable=warning"]
        self.assertEqual(run_tool(command, "x.c", GOOD)[0], 0)
        self.assertNotEqual(run_tool(
            command, "x.c", "int f(void)\n{\n    int a[2];\n    a[2] = 1;\n"
            "    return a[2];\n}\n")[0], 0)

    def test_man(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "x.1"
            for text, status in ((".Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n"
                                  ".Nm x\n.Nd a page\n", 0),
                                 (".Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n"
                                  ".Nosuch x\n", 1)):
                page.write_text(text)
                run = subprocess.run([HERE / "man", page], check=False,
                                     capture_output=True)
                self.assertEqual(run.returncode, status, run.stdout)

    def test_shellcheck(self):
        command = ["shellcheck", "-S", "warning"]
        self.assertEqual(run_tool(command, "x.sh", "#!/bin/sh\nls\n")[0], 0)
        self.assertNotEqual(
            run_tool(command, "x.sh", "#!/bin/sh\ncd x\nrm -r $1/*\n")[0], 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "--quiet"])
