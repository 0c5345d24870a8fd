"""The page docs/benchmarks.md: its frame, and what the benchmarks put between its markers."""

import os
import platform

PAGE = """# Benchmarks

`make bench` compares the proxy, recording and in its default durability (`strict`), with nginx `proxy_pass`, which
records nothing, and with mitmdump in reverse mode with `-w`, which records. All stand in front of the same mock
upstream (nginx, one worker), on one machine with the load generator (wrk), and take turns in each round.

- *small*: a body of 1 KB.
- *conversation*: a growing conversation as a coding agent sends it, about 142 KB a request, of which 2 KB are new in
  each turn; 16 turns, then a new session.

The figures are requests per second, median over the rounds; the ratios are what counts, for they carry over to other
machines. *mock alone* is the load generator against the mock upstream with nothing between: what it leaves room for.

<!-- bench:begin -->
<!-- bench:end -->

## Accounts

`make bench` also asks what it costs to choose among accounts: the proxy with three accounts and the strategy `session`
next to the proxy that passes the client's own key on, both recording, with the same requests. The mock's answers carry
the twelve headers of the four buckets of an API key, which have to be read to choose. The two take turns; a ratio is that
of the two measurements of a round, so that what else the machine does hits both alike. CPU is what the proxy's process
used, recording and indexing included.

- *small*: no header names the session, so it is a hash of the first message, and all requests are one session: one account
  serves them all.
- *conversation*: `x-claude-code-session-id` names it, 72 sessions at a time over the three accounts.

What we want is a ratio of at least 0.95.

<!-- accounts:begin -->
<!-- accounts:end -->

## Sizes

`make bench` also measures what recordings take on the disk; `scripts/bench/sizes.py --programs DIR` does only that.
Known exchanges go through the proxy into a new store and are sealed. A HAR of the same exchanges, with the answers as
text, goes through gzip for comparison. Every body in the sealed bundle is compared with what was sent.

- *conversation*: an invented one of 200 turns. Each request carries the system prompt, the tools, the whole history and
  one new message; answers are streams of events.
- *recorded turns*: exchanges of a real client from the directory that `TAPEDECK_CORPUS` names. They are not part of
  this repository; `scripts/bench/recorded_turns.py` says what such a directory looks like.

*Unique* are bodies cut at the borders of messages, tools and blocks of the system prompt, each part counted once.
Bodies are counted as on the wire, content coding included. Figures differ by some 0.3 % from run to run: times, ids and
the cuts between reads are part of a recording.

<!-- sizes:begin -->
<!-- sizes:end -->
"""


def machine():
    """The machine in a few words."""
    model = platform.processor()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    system = platform.platform()
    with open("/etc/os-release", encoding="utf-8") as file:
        for line in file:
            if line.startswith("PRETTY_NAME="):
                system = line.split("=", 1)[1].strip().strip('"')
    return f"{os.cpu_count()} cores ({model or 'unknown'}), {system}, Linux {platform.release().split(chr(45))[0]}"


def put(path, name, text):
    """Replaces what stands between the markers `name:begin` and `name:end` of the page; makes the page if need be."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    page = PAGE
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            page = file.read()
    if begin not in page or end not in page:
        raise SystemExit(f"bench: {path} has no markers {begin} and {end}")
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}\n{end}{after}")
