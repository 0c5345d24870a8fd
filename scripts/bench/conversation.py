"""Invents a conversation with a coding agent; the same seed gives the same bytes.

Every request carries the system prompt, the tools, the whole history and one new user message; every answer is a stream
of events whose text becomes part of the history.
"""

import json
import random

from traffic import Exchange

MODEL = "claude-sonnet-4-5-20250929"
TOOLS = ("read", "write", "edit", "list", "search", "run", "fetch", "plan", "ask", "test", "format", "commit")
WORDS = """
the a to of and in is it that for with on as this not be are but when from then which there so we only each can by at
file line test value request answer error number name type module function caller result reader writer buffer window
queue worker thread lock table column index page header body stream event branch commit change fix check build run
read write open close find keep move split join count sort merge match parse print return call wait start stop fail
pass skip use need want show hold send take give turn cut add drop hide lose know see tell ask try help seem look
new old first last next other same small large empty whole broken missing slow fast safe plain exact late early wrong
before after while because unless until again also still never always often almost already together apart instead
left right upper lower inner outer local remote public private shared single double half full short long deep wide
river garden window kitchen paper copper winter summer harbour mountain village market bridge engine lantern orchard
""".split()


def conversation(turns, seed=20260101):
    """The exchanges of one conversation."""
    source = random.Random(seed)
    session = _uuid(source)
    base = {
        "model": MODEL,
        "max_tokens": 32000,
        "system": [{"type": "text", "text": _prose(source, 1500), "cache_control": {"type": "ephemeral"}}],
        "tools": [_tool(source, name) for name in TOOLS],
        "metadata": {"user_id": f"user_{source.randbytes(32).hex()}_account_{_uuid(source)}_session_{session}"},
    }
    messages = []
    exchanges = []
    for number in range(turns):
        started = 1767261600 + 12 * number
        messages.append(_message("user", _prose(source, source.randint(80, 400))))
        body = json.dumps(base | {"messages": messages, "stream": True}, separators=(",", ":")).encode()
        text = _prose(source, source.randint(60, 250))
        parts = _events(source, text, len(body))
        messages.append(_message("assistant", text))
        exchanges.append(
            Exchange(
                method="POST",
                path="/v1/messages?beta=true",
                headers=_request_headers(session),
                body=body,
                status=200,
                answer_headers=_answer_headers(source),
                parts=parts,
                spread=0.04,
                started=started,
                duration=source.uniform(2, 9),
            )
        )
    return exchanges


def _uuid(source):
    digits = source.randbytes(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _prose(source, count):
    """Sentences of so many words; words come as unevenly as in a language, the first of the list most often."""
    weights = [1 / (rank + 5) for rank in range(len(WORDS))]
    words = source.choices(WORDS, weights, k=count)
    sentences = []
    while words:
        length = source.randint(5, 18)
        sentence, words = words[:length], words[length:]
        sentences.append(" ".join(sentence).capitalize() + source.choice((".", ".", ".", "?", ":\n", ".\n\n")))
    return " ".join(sentences)


def _message(role, text):
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _tool(source, name):
    properties = {word: {"type": "string", "description": _prose(source, 25)} for word in source.sample(WORDS, 4)}
    return {
        "name": name,
        "description": _prose(source, 250),
        "input_schema": {"type": "object", "properties": properties, "required": list(properties)[:2]},
    }


def _events(source, text, request_length):
    """The answer as events, a part each: the text comes in deltas of a few words."""
    usage = {"input_tokens": 3, "cache_read_input_tokens": request_length // 4, "output_tokens": 1}
    message = {
        "id": f"msg_01{source.randbytes(11).hex()}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    events = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
    ]
    while text:
        length = source.randint(10, 70)
        delta, text = text[:length], text[length:]
        events.append({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": delta}})
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    events += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 10 * len(events)}},
        {"type": "message_stop"},
    ]
    texts = [(event["type"], json.dumps(event, separators=(",", ":"))) for event in events]
    return [f"event: {kind}\ndata: {text}\n\n".encode() for kind, text in texts]


def _request_headers(session):
    return [
        ["accept", "application/json"],
        ["authorization", "Bearer not-a-token"],
        ["content-type", "application/json"],
        ["user-agent", "agent/1.0 (benchmark)"],
        ["x-claude-code-session-id", session],
        ["x-stainless-retry-count", "0"],
        ["x-stainless-timeout", "600"],
        ["anthropic-beta", "interleaved-thinking-2025-05-14,context-management-2025-06-27"],
        ["anthropic-version", "2023-06-01"],
        ["x-app", "cli"],
        ["accept-encoding", "gzip, deflate"],
    ]


def _answer_headers(source):
    return [
        ["date", "Thu, 01 Jan 2026 10:00:00 GMT"],
        ["content-type", "text/event-stream; charset=utf-8"],
        ["cache-control", "no-cache"],
        ["anthropic-ratelimit-unified-status", "allowed"],
        ["anthropic-ratelimit-unified-5h-status", "allowed"],
        ["anthropic-ratelimit-unified-5h-utilization", f"{source.random():.2f}"],
        ["anthropic-ratelimit-unified-7d-status", "allowed"],
        ["anthropic-ratelimit-unified-7d-utilization", "0.11"],
        ["request-id", f"req_01{source.randbytes(11).hex()}"],
        ["anthropic-organization-id", _uuid(source)],
        ["server", "cloudflare"],
        ["cf-ray", f"{source.randbytes(8).hex()}-DEV"],
        ["transfer-encoding", "chunked"],
    ]
