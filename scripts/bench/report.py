"""Makes the table of `make bench` and puts it between the markers in docs/benchmarks.md."""

import argparse
import datetime
import json
import statistics

import page

NAMES = {
    "mock": "mock alone",
    "nginx": "nginx `proxy_pass`",
    "mitmdump": "mitmdump `-w`",
    "proxy": "Tapedeck, recording",
}


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
        f"{datetime.date.today().isoformat()}; {page.machine()}; {versions}. "
        f"{arguments.rounds} rounds of {arguments.seconds} s, {arguments.connections} connections "
        f"(mitmdump {arguments.mitmdump_connections}), 2 wrk threads.",
    ]
    text = "\n".join(lines)
    print(text)
    page.put(arguments.output, "bench", text)


if __name__ == "__main__":
    main()
