#!/usr/bin/env python3
"""What bench_component measured, as a table and as plots.

    report.py --line < ONE-RESULT      one line for who waits
    report.py RESULTS.jsonl FOLDER     table to standard output, SVG to FOLDER
"""
import json
import math
import pathlib
import statistics
import sys

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 44, 52
COLOURS = ("#1f5fa8", "#c2571a", "#2f7d4f")


def line(result):
    return ("%-9s %5d rooms  window %5d  %s  %8.0f/s  %6.2f us CPU  "
            "p50 %7.2f ms  p99 %7.2f ms  %6.1f MiB" % (
                result["bench"], result["rooms"], result["window"],
                "paced %5d/s" % result["rate"] if result["rate"]
                else "at full speed",
                result["messages_per_second"], result["cpu_us_per_message"],
                result["p50_us"] / 1e3, result["p99_us"] / 1e3,
                result["rss_kib"] / 1024))


def median(results, key):
    return statistics.median(r[key] for r in results)


def summary(results):
    """The figures of the rounds that went in turns."""
    echo = [r for r in results if r["bench"] == "echo"]
    first = results.index(echo[-1]) + 2
    component = [r for r in results[:first] if r["bench"] == "component"]
    yield "%-28s %12s %12s %8s" % ("median of %d turns" % len(echo), "echo",
                                   "component", "ratio")
    for key, name in (("messages_per_second", "messages a second"),
                      ("cpu_us_per_message", "us CPU a message"),
                      ("p50_us", "latency p50, us"),
                      ("p99_us", "latency p99, us")):
        a, b = median(echo, key), median(component, key)
        yield "%-28s %12.2f %12.2f %8.2f" % (name, a, b, b / a)
    errors = sum(r["errors"] for r in results)
    yield "errors in all runs: %d" % errors


class Plot:
    """A line plot with logarithmic axes, written as SVG."""

    def __init__(self, title, x_name, y_name):
        self.title, self.x_name, self.y_name = title, x_name, y_name
        self.lines = []

    def add(self, name, points):
        self.lines.append((name, [p for p in points if min(p) > 0]))

    def bounds(self, axis):
        values = [p[axis] for _, points in self.lines for p in points]
        low, high = math.log10(min(values)), math.log10(max(values))
        return math.floor(low * 2) / 2, max(math.ceil(high * 2) / 2, low + .5)

    def draw(self):
        xs, ys = self.bounds(0), self.bounds(1)

        def x_at(value):
            part = (math.log10(value) - xs[0]) / (xs[1] - xs[0])
            return LEFT + part * (WIDTH - LEFT - RIGHT)

        def y_at(value):
            part = (math.log10(value) - ys[0]) / (ys[1] - ys[0])
            return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

        yield ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
               'font-family="sans-serif" font-size="12">' % (WIDTH, HEIGHT))
        yield '<rect width="100%" height="100%" fill="#fff"/>'
        yield '<text x="%d" y="22" font-size="15">%s</text>' % (
            LEFT, self.title)
        yield from self.grid(xs, ys, x_at, y_at)
        for number, (name, points) in enumerate(self.lines):
            yield from self.curve(number, name, points, x_at, y_at)
        yield '</svg>'

    def grid(self, xs, ys, x_at, y_at):
        for tick in ticks(xs):
            yield ('<path d="M%.1f %d V%d" stroke="#ddd"/><text x="%.1f" '
                   'y="%d" text-anchor="middle">%s</text>' % (
                       x_at(tick), TOP, HEIGHT - BOTTOM, x_at(tick),
                       HEIGHT - BOTTOM + 16, short(tick)))
        for tick in ticks(ys):
            yield ('<path d="M%d %.1f H%d" stroke="#ddd"/><text x="%d" '
                   'y="%.1f" text-anchor="end">%s</text>' % (
                       LEFT, y_at(tick), WIDTH - RIGHT, LEFT - 6,
                       y_at(tick) + 4, short(tick)))
        yield '<text x="%d" y="%d" text-anchor="middle">%s</text>' % (
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, self.x_name)
        yield ('<text transform="translate(16 %d) rotate(-90)" '
               'text-anchor="middle">%s</text>' % (
                   (TOP + HEIGHT - BOTTOM) / 2, self.y_name))

    def curve(self, number, name, points, x_at, y_at):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join("%s%.1f %.1f" % ("L" if i else "M", x_at(x), y_at(y))
                        for i, (x, y) in enumerate(points))
        yield ('<path d="%s" fill="none" stroke="%s" stroke-width="2"/>' % (
            path, colour))
        for x, y in points:
            yield '<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (
                x_at(x), y_at(y), colour)
        yield ('<text x="%d" y="38" text-anchor="end" fill="%s">%s</text>' % (
            WIDTH - RIGHT - 90 * number, colour, name))


def ticks(bounds):
    for power in range(math.floor(bounds[0]), math.ceil(bounds[1]) + 1):
        for step in (1, 2, 5):
            value = step * 10 ** power
            if bounds[0] - 1e-9 <= math.log10(value) <= bounds[1] + 1e-9:
                yield value


def short(value):
    return "%gk" % (value / 1000) if value >= 1000 else "%g" % value


def save(plot, path):
    path.write_text("\n".join(plot.draw()) + "\n", encoding="utf-8")
    print("drawn:", path)


def draw(results, folder):
    paced = [r for r in results if r["rate"]]
    plot = Plot("Time until the sender sees its message stored",
                "messages a second", "ms")
    for key, name in (("p50_us", "median"), ("p99_us", "99 of 100")):
        plot.add(name, [(r["messages_per_second"], r[key] / 1e3)
                        for r in paced])
    save(plot, folder / "latency.svg")
    full = sorted((r for r in results if not r["rate"] and r["rooms"] == 200
                   and r["bench"] == "component"), key=lambda r: r["window"])
    windows = sorted({r["window"] for r in full})
    plot = Plot("Messages a second, by how many are under way",
                "messages under way at once", "messages a second")
    plot.add("component", [
        (w, median([r for r in full if r["window"] == w],
                   "messages_per_second")) for w in windows])
    save(plot, folder / "throughput.svg")
    plot = Plot("CPU of a message, by how many are under way",
                "messages under way at once", "us")
    plot.add("component", [
        (w, median([r for r in full if r["window"] == w],
                   "cpu_us_per_message")) for w in windows])
    echo = [r for r in results if r["bench"] == "echo"]
    plot.add("bare echo", [
        (echo[0]["window"], median(echo, "cpu_us_per_message"))])
    save(plot, folder / "cpu.svg")


def main():
    if sys.argv[1:] == ["--line"]:
        print(line(json.loads(sys.stdin.read())), flush=True)
        return
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        results = [json.loads(text) for text in file]
    print()
    for text in summary(results):
        print(text)
    draw(results, pathlib.Path(sys.argv[2]))


main()
