#!/usr/bin/env python3
"""Measures what recordings take on the disk, and checks that every body comes back out of them.

    scripts/bench/sizes.py --programs DIR [--output docs/benchmarks.md]

Known exchanges go through `proxy serve` into a new store, with a mock upstream that gives the known answers; when the
proxy has sealed them, the bundle is compared with a gzipped HAR of the same. There are two kinds: an invented
conversation with a coding agent, and recorded turns where TAPEDECK_CORPUS names a directory of them (its form is told
in recorded_turns.py).
"""

import argparse
import contextlib
import datetime
import glob
import os
import signal
import sys
import tempfile

import har
import page
from body_check import BodyCheck
from conversation import conversation
from programs import run
from recorded_turns import read
from traffic import MockUpstream, Proxy, send
from unique import unique_bytes

TURNS = 200
# Recorded answers are paced so many times faster than they came.
SPEED = 10


def note(text):
    print(f"sizes: {text}", file=sys.stderr, flush=True)


def size_of(paths):
    return sum(os.path.getsize(path) for path in paths)


def measure(name, exchanges, programs, folder):
    """Records and seals the exchanges; returns the rows of the table, and what became of the bodies."""
    home = os.path.join(folder, "store")
    os.makedirs(home)
    inspector = os.path.join(programs, "inspector")
    with contextlib.closing(MockUpstream(exchanges)) as upstream:
        proxy = Proxy(os.path.join(programs, "proxy"), home, upstream.port, os.path.join(folder, "proxy.log"))
        with contextlib.closing(proxy):
            send(proxy.port, exchanges)
            live = size_of(glob.glob(os.path.join(home, "segments", "*.segment")))
            pattern = os.path.join(home, "bundles", "*.tar.zst")
            bundles = proxy.wait(lambda: glob.glob(pattern), 60, "nothing was sealed")
    if upstream.bodies != [exchange.body for exchange in exchanges]:
        raise SystemExit("sizes: the mock upstream got other request bodies than were sent")
    bundles = glob.glob(pattern)
    if len(bundles) != 1:
        raise SystemExit(f"sizes: {len(bundles)} bundles were sealed, one is expected")

    check = BodyCheck()
    check.bundle(inspector, bundles[0], exchanges, os.path.join(folder, "unpacked"))
    wire = sum(len(exchange.body) + len(exchange.answer) for exchange in exchanges)
    sizes = [
        ("bodies of requests and answers", wire),
        ("of these, unique", unique_bytes(exchanges)),
        ("gzipped HAR", har.gzipped_size(exchanges)),
        ("live segment", live),
        ("sealed bundle, `.tar.zst`", size_of(bundles)),
    ]
    for ending in (".tar.zst", ".tgz", ".zip"):
        target = os.path.join(folder, f"export{ending}")
        run(inspector, "export", "--all", "--home", home, "--output", target)
        run(inspector, "verify", target)
        sizes.append((f"`inspector export`, `{ending}`", os.path.getsize(target)))
    note(f"{name}: sealed {size_of(bundles):,} bytes; {check}")
    return sizes, check


def table(results):
    """Rows for each kind of traffic, with their ratios to the HAR and to the unique bytes."""
    lines = ["| traffic | form | bytes | × smaller than the HAR | × unique |", "|---|---|---:|---:|---:|"]
    for name, sizes, _ in results:
        known = dict(sizes)
        for form, size in sizes:
            smaller, growth = known["gzipped HAR"] / size, size / known["of these, unique"]
            lines.append(f"| {name} | {form} | {size:,} | {smaller:.{1 if smaller < 100 else 0}f} | {growth:.2f} |")
    return lines


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, help="the directory of proxy and inspector")
    parser.add_argument("--output", default=os.path.join(root, "docs", "benchmarks.md"), help="where the table goes")
    arguments = parser.parse_args()
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    programs = os.path.abspath(arguments.programs)
    traffic = []
    corpus = os.environ.get("TAPEDECK_CORPUS")
    if corpus:
        turns = read(corpus, SPEED) if os.path.isdir(corpus) else []
        if not turns:
            raise SystemExit(f"sizes: TAPEDECK_CORPUS={corpus} has no recorded turns")
        traffic.append((f"{len(turns)} recorded turns", turns))
        traffic.append((f"{len(turns)} recorded turns, plain answers", read(corpus, SPEED, plain=True)))
    else:
        note("TAPEDECK_CORPUS names no directory of recorded turns; their rows are left out")
    traffic.append((f"conversation of {TURNS} turns", conversation(TURNS)))

    results = []
    for name, exchanges in traffic:
        with tempfile.TemporaryDirectory(prefix="tapedeck-sizes.") as folder:
            results.append((name, *measure(name, exchanges, programs, folder)))
    version = run(os.path.join(programs, "proxy"), "--version").decode().strip()
    lines = table(results)
    for name, _, check in results:
        lines += ["", f"{name[0].upper()}{name[1:]}: {check}."]
    lines += ["", f"{datetime.date.today().isoformat()}; tapedeck {version}."]
    text = "\n".join(lines)
    print(text)
    page.put(arguments.output, "sizes", text)
    return 1 if any(check.wrong for _, _, check in results) else 0


if __name__ == "__main__":
    sys.exit(main())
