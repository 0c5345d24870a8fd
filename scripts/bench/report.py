"""Makes the tables of `make bench` and puts them between the markers in docs/benchmarks.md."""

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
    "single": "client's own key",
    "accounts": "3 accounts, `session`",
}


def rate(row):
    return row["requests"] / row["seconds"]


def ratio(rates, other):
    if not other:
        return "–"
    value = statistics.median(rates) / statistics.median(other)
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def by_contender(results, workload):
    rows = {}
    for result in results:
        if result["workload"] == workload:
            rows.setdefault(result["contender"], []).append(result)
    return rows


def figures(workload, name, part):
    """The columns that all tables have in common."""
    rates = [rate(row) for row in part]
    return (
        f"| {workload} | {NAMES[name]} | {statistics.median(rates):,.0f} | {min(rates):,.0f} – {max(rates):,.0f} "
        f"| {statistics.median(row['p50_ms'] for row in part):.2f} ms "
        f"| {statistics.median(row['p99_ms'] for row in part):.2f} ms "
        f"| {sum(row['bad_status'] + row['broken'] for row in part)} "
    )


def compare(results):
    lines = [
        "| workload | contender | requests/s | lowest – highest | p50 | p99 | errors | × nginx | × mitmdump |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for workload in dict.fromkeys(result["workload"] for result in results):
        rows = by_contender(results, workload)
        rates = {name: [rate(row) for row in part] for name, part in rows.items()}
        for name, part in rows.items():
            lines.append(
                f"{figures(workload, name, part)}"
                f"| {ratio(rates[name], rates.get('nginx'))} | {ratio(rates[name], rates.get('mitmdump'))} |"
            )
    return lines


def accounts(results):
    """Ratios are those of the two measurements of a round, which noise hits alike."""
    lines = [
        "| workload | credentials | requests/s | lowest – highest | p50 | p99 | errors | CPU a request | × own key "
        "| lowest – highest |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for workload in dict.fromkeys(result["workload"] for result in results):
        rows = by_contender(results, workload)
        cpu = {
            name: f"| {statistics.median(1000 * row['cpu_ms'] / row['requests'] for row in part):.1f} µs "
            for name, part in rows.items()
        }
        single = {row["round"]: rate(row) for row in rows["single"]}
        ratios = [rate(row) / single[row["round"]] for row in rows["accounts"]]
        lines.append(f"{figures(workload, 'single', rows['single'])}{cpu['single']}| 1.00 | |")
        lines.append(
            f"{figures(workload, 'accounts', rows['accounts'])}{cpu['accounts']}"
            f"| {statistics.median(ratios):.3f} | {min(ratios):.3f} – {max(ratios):.3f} |"
        )
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["compare", "accounts"], required=True)
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
    is_compared = arguments.part == "compare"
    versions = ", ".join(
        version.replace("=", " ")
        for version in arguments.version
        if not version.endswith("=") and (is_compared or not version.startswith("mitmproxy="))
    )
    connections = f"{arguments.connections} connections"
    if is_compared:
        connections += f" (mitmdump {arguments.mitmdump_connections})"
    lines = (compare if is_compared else accounts)(results) + [
        "",
        f"{datetime.date.today().isoformat()}; {page.machine()}; {versions}. "
        f"{arguments.rounds} rounds of {arguments.seconds} s, {connections}, 2 wrk threads.",
    ]
    text = "\n".join(lines)
    print(text)
    page.put(arguments.output, "bench" if is_compared else "accounts", text)


if __name__ == "__main__":
    main()
