"""Runs the official Anthropic SDK, with its own retries on, against a proxy whose accounts run into limits.

    python sdk_accounts.py http://127.0.0.1:PORT

The upstream's answers go by the text of the prompt: see SDKAccountsTests.swift. Prints one JSON line a case, as
sdk_client.py does. Exit code 0 only when every case is as expected.
"""

import sys
import time

import anthropic

from sdk_client import Mismatch, exchange, expect, request, run


def failover(client):
    raw = client.messages.with_raw_response.create(**request("case-quota"))
    expect("text", raw.parse().content[0].text, "Served by another account.")
    expect("retries", raw.retries_taken, 0)
    return {}, exchange(raw.headers)


def failover_stream(client):
    with client.messages.stream(**request("case-stream")) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
        headers = stream.response.headers
    expect("text", text, "Served by another account.")
    expect("stop_reason", message.stop_reason, "end_turn")
    return {}, exchange(headers)


def refused(stream):
    def case(client):
        start = time.monotonic()
        try:
            client.messages.create(**request("case-all"), stream=stream)
        except anthropic.RateLimitError as error:
            expect("status", error.status_code, 429)
            expect("type", error.body["error"]["type"], "rate_limit_error")
            message = error.body["error"]["message"]
            if not message.startswith("every account of this proxy has reached a limit; capacity returns at 20"):
                raise Mismatch(f"message: {message!r}")
            expect("x-should-retry", error.response.headers.get("x-should-retry"), "false")
            wait = int(error.response.headers["retry-after"])
            if not 4900 <= wait <= 4981:
                raise Mismatch(f"retry-after: {wait}")
            expect("request id", error.body["request_id"], exchange(error.response.headers))
            # The SDK would sleep for half a second at least before a retry of its own, and send the request again.
            return {"seconds": round(time.monotonic() - start, 3)}, exchange(error.response.headers)
        raise Mismatch("no exception")

    return case


CASES = {
    "failover": failover,
    "failover_stream": failover_stream,
    "refused": refused(False),
    "refused_stream": refused(True),
}


def main():
    if len(sys.argv) != 2:
        print("usage: sdk_accounts.py BASE_URL", file=sys.stderr)
        return 2
    client = anthropic.Anthropic(base_url=sys.argv[1], api_key="not-a-key-but-the-test-client", timeout=30)
    return run(CASES, client)


if __name__ == "__main__":
    sys.exit(main())
