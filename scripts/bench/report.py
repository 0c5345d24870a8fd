"""Makes the table of `make bench` and puts it between the markers in docs/benchmarks.md."""

import argparse
import datetime
import json
import os
import platform
import statistics

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

PAGE = f"""# Benchmarks

`make bench` compares the proxy, recording and in its default durability (`strict`), with nginx `proxy_pass`, which
records nothing, and with mitmdump in reverse mode with `-w`, which records. All stand in front of the same mock
upstream (nginx, one worker), on one machine with the load generator (wrk), and take turns in each round.

- *small*: a body of 1 KB.
- *conversation*: a growing conversation as a coding agent sends it, about 142 KB a request, of which 2 KB are new in
  each turn; 16 turns, then a new session.

The figures are requests per second, median over the rounds; the ratios are what counts, for they carry over to other
machines. *mock alone* is the load generator against the mock upstream with nothing between: what it leaves room for.

{BEGIN}
{END}
"""

NAMES = {"mock": "mock alone", "nginx": "nginx `proxy_pass`", "mitmdump": "mitmdump `-w`", "proxy": "Tapedeck, recording"}


def machine():
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


def ratio(rates, other):
    if not other:
        return "–"
    value = statistics.median(rates) / statistics.median(other)
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(results):
    lines = [
        "| workload | contender | requests/s | lowest – highest | p50 | p99 | errors | × nginx | × mitmdump |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for workload in dict.fromkeys(result["workload"] for result in results):
        rows = {}
        for result in results:
            if result["workload"] == workload:
                rows.setdefault(result["contender"], []).append(result)
        rates = {name: [row["requests"] / row["seconds"] for row in part] for name, part in rows.items()}
        for name, part in rows.items():
            own = rates[name]
            lines.append(
                f"| {workload} | {NAMES[name]} | {statistics.median(own):,.0f} | {min(own):,.0f} – {max(own):,.0f} "
                f"| {statistics.median(row['p50_ms'] for row in part):.2f} ms "
                f"| {statistics.median(row['p99_ms'] for row in part):.2f} ms "
                f"| {sum(row['bad_status'] + row['broken'] for row in part)} "
                f"| {ratio(own, rates.get('nginx'))} | {ratio(own, rates.get('mitmdump'))} |"
            )
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--seconds", required=True)
    parser.add_argument("--rounds", required=True)
    parser.add_argument("--connections", required=True)
    parser.add_argument("--mitmdump-connections", required=True)
    parser.add_argument("--version", action="append", default=[])
    arguments = parser.parse_args()

    with open(arguments.results, encoding="utf-8") as file:
        results = [json.loads(line) for line in file]
    versions = ", ".join(version.replace("=", " ") for version in arguments.version if not version.endswith("="))
    lines = table(results) + [
        "",
        f"{datetime.date.today().isoformat()}; {machine()}; {versions}. "
        f"{arguments.rounds} rounds of {arguments.seconds} s, {arguments.connections} connections "
        f"(mitmdump {arguments.mitmdump_connections}), 2 wrk threads.",
    ]
    text = "\n".join(lines)
    print(text)

    page = PAGE
    if os.path.exists(arguments.output):
        with open(arguments.output, encoding="utf-8") as file:
            page = file.read()
    if BEGIN not in page or END not in page:
        raise SystemExit(f"bench: {arguments.output} has no markers {BEGIN} and {END}")
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
