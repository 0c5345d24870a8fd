"""Runs the official Anthropic SDK against a base URL that leads to fixtures/scenarios/sdk.yaml.

    python sdk_client.py http://127.0.0.1:PORT

Prints one JSON line a case: name, whether all was as expected, what was seen, and the exchange id that a proxy in
between gave. Exit code 0 only when every case is as expected. Each run needs a fresh upstream: one rule answers only once.
"""

import json
import sys
import warnings

import anthropic

MODEL = "claude-sonnet-4-5-20250929"
TEXT = 'Grüße, 世界 🌍: "quoted", back\\slash.\nSecond line.'
TOOL_INPUT = {"location": "Paris, France", "days": [1, 2], "unit": "°C"}
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather at a place.",
        "input_schema": {"type": "object", "properties": {"location": {"type": "string"}}},
    }
]


class Mismatch(Exception):
    """Something was not as the scenario says."""


def expect(what, seen, wanted):
    if seen != wanted:
        raise Mismatch(f"{what}: {seen!r}, expected {wanted!r}")


def request(prompt, **more):
    return {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": prompt}], **more}


def exchange(headers):
    return headers.get("x-tapedeck-exchange")


def check_message(message, prefix="message"):
    expect(f"{prefix}.model", message.model, MODEL)
    expect(f"{prefix}.stop_reason", message.stop_reason, "end_turn")
    expect(f"{prefix}.content", [(block.type, block.text) for block in message.content], [("text", TEXT)])
    check_usage(message.usage)
    expect("5m", message.usage.cache_creation.ephemeral_5m_input_tokens, 7)
    expect("1h", message.usage.cache_creation.ephemeral_1h_input_tokens, 8)


def check_usage(usage):
    expect("input_tokens", usage.input_tokens, 12)
    expect("output_tokens", usage.output_tokens, 34)
    expect("cache_read", usage.cache_read_input_tokens, 56)
    expect("cache_write", usage.cache_creation_input_tokens, 15)


def check_tool_message(message):
    expect("stop_reason", message.stop_reason, "tool_use")
    text, tool = message.content
    expect("text", text.text, "I'll check the weather in Paris.")
    expect("tool", (tool.type, tool.name, tool.id), ("tool_use", "get_weather", "toolu_sdk000001"))
    expect("input", tool.input, TOOL_INPUT)
    expect("output_tokens", message.usage.output_tokens, 65)


def create(client):
    raw = client.messages.with_raw_response.create(**request("Hello"))
    message = raw.parse()
    check_message(message)
    return {"id": message.id, "request_id": message._request_id}, exchange(raw.headers)


def create_beta(client):
    raw = client.beta.messages.with_raw_response.create(**request("Hello"), betas=["context-1m-2025-08-07"])
    check_message(raw.parse())
    return {}, exchange(raw.headers)


def stream_events(client):
    raw = client.messages.with_raw_response.create(**request("Hello"), stream=True)
    kinds, text, output_tokens = [], "", None
    for event in raw.parse():
        kinds.append(event.type)
        if event.type == "content_block_delta":
            text += event.delta.text
        if event.type == "message_delta":
            output_tokens = event.usage.output_tokens
    expect("text", text, TEXT)
    expect("output_tokens", output_tokens, 34)
    expect("first", kinds[0], "message_start")
    expect("last", kinds[-1], "message_stop")
    expect("blocks", (kinds.count("content_block_start"), kinds.count("content_block_stop")), (1, 1))
    return {"events": len(kinds)}, exchange(raw.headers)


def stream_helper(client):
    with client.messages.stream(**request("Hello")) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
        headers = stream.response.headers
    expect("text", text, TEXT)
    check_message(message)
    return {"id": message.id}, exchange(headers)


def stream_helper_beta(client):
    with client.beta.messages.stream(**request("Hello")) as stream:
        check_message(stream.get_final_message())
        headers = stream.response.headers
    return {}, exchange(headers)


def stream_gzip(client):
    with client.messages.stream(**request("case-gzip")) as stream:
        text = "".join(stream.text_stream)
        headers = stream.response.headers
    expect("text", text, "Grüße, 世界 🌍")
    expect("content-encoding", headers.get("content-encoding"), "gzip")
    return {}, exchange(headers)


def tool_use(client):
    raw = client.messages.with_raw_response.create(**request("case-tool", tools=TOOLS))
    check_tool_message(raw.parse())
    return {}, exchange(raw.headers)


def tool_use_stream(client):
    pieces = []
    with client.messages.stream(**request("case-tool", tools=TOOLS)) as stream:
        for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "input_json_delta":
                pieces.append(event.delta.partial_json)
        message = stream.get_final_message()
        headers = stream.response.headers
    check_tool_message(message)
    expect("input pieces", json.loads("".join(pieces)), TOOL_INPUT)
    return {"pieces": len(pieces)}, exchange(headers)


def count_tokens(client):
    raw = client.messages.with_raw_response.count_tokens(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}], tools=TOOLS
    )
    expect("input_tokens", raw.parse().input_tokens, 2095)
    return {}, exchange(raw.headers)


def retried(client):
    raw = client.with_options(max_retries=1).messages.with_raw_response.create(**request("case-retry"))
    check_message(raw.parse())
    expect("retries", raw.retries_taken, 1)
    return {}, exchange(raw.headers)


def stream_error(client):
    text = ""
    stream = client.messages.create(**request("case-stream-error"), stream=True)
    try:
        for event in stream:
            if event.type == "content_block_delta":
                text += event.delta.text
    except anthropic.APIStatusError as error:
        expect("text before", text, "Half")
        expect("status", error.status_code, 200)
        expect("error type", error.body["error"]["type"], "overloaded_error")
        return {"exception": type(error).__name__}, exchange(error.response.headers)
    raise Mismatch("the stream ended without an exception")


def failing(prompt, exception, status, kind, message, model=MODEL, stream=False, headers=()):
    """Makes a case that must end in one typed exception."""

    def case(client):
        try:
            client.messages.create(**{**request(prompt), "model": model}, stream=stream)
        except anthropic.APIStatusError as error:
            expect("exception", type(error).__name__, exception)
            expect("status", error.status_code, status)
            expect("error", error.body["error"], {"type": kind, "message": message})
            expect("request id", error.request_id, error.body["request_id"])
            for name, value in headers:
                expect(name, error.response.headers.get(name), value)
            return {"exception": exception, "request_id": error.request_id}, exchange(error.response.headers)
        raise Mismatch("no exception")

    return case


RATE_LIMIT_HEADERS = (
    ("retry-after", "12"),
    ("anthropic-ratelimit-requests-limit", "50"),
    ("anthropic-ratelimit-requests-remaining", "0"),
    ("anthropic-ratelimit-requests-reset", "2026-11-20T12:00:12Z"),
)
RATE_LIMIT = ("rate_limit_error", "Number of requests has exceeded your rate limit")

CASES = {
    "create": create,
    "create_beta": create_beta,
    "stream_events": stream_events,
    "stream_helper": stream_helper,
    "stream_helper_beta": stream_helper_beta,
    "stream_gzip": stream_gzip,
    "tool_use": tool_use,
    "tool_use_stream": tool_use_stream,
    "count_tokens": count_tokens,
    "retried": retried,
    "stream_error": stream_error,
    "error_400": failing(
        "case-400", "BadRequestError", 400, "invalid_request_error", "max_tokens: must be at least 1"
    ),
    "error_401": failing("case-401", "AuthenticationError", 401, "authentication_error", "invalid x-api-key"),
    "error_404": failing(
        "Hello", "NotFoundError", 404, "not_found_error", "model: claude-unknown", model="claude-unknown"
    ),
    "error_429": failing("case-429", "RateLimitError", 429, *RATE_LIMIT, headers=RATE_LIMIT_HEADERS),
    "error_429_stream": failing(
        "case-429", "RateLimitError", 429, *RATE_LIMIT, stream=True, headers=RATE_LIMIT_HEADERS
    ),
    "error_529": failing("case-529", "OverloadedError", 529, "overloaded_error", "Overloaded"),
}


def run(cases, client):
    """Runs cases one after the other and prints a line of JSON for each; the result is an exit code."""
    failures = 0
    for name, case in cases.items():
        line = {"case": name, "sdk": anthropic.__version__, "ok": True}
        try:
            seen, exchange_id = case(client)
            line.update(seen=seen, exchange=exchange_id)
        except Exception as error:  # A case that fails in any way is reported, and the others still run.
            failures += 1
            line.update(ok=False, problem=f"{type(error).__name__}: {error}")
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 1 if failures else 0


def main():
    if len(sys.argv) != 2:
        print("usage: sdk_client.py BASE_URL", file=sys.stderr)
        return 2
    client = anthropic.Anthropic(
        base_url=sys.argv[1], api_key="not-a-key-but-the-test-client", max_retries=0, timeout=30
    )
    # Recorded model names grow old; that is no matter here.
    warnings.simplefilter("ignore", DeprecationWarning)
    return run(CASES, client)


if __name__ == "__main__":
    sys.exit(main())
