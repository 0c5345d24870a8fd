"""Runs programs that end by themselves."""

import os
import subprocess


def run(program, *arguments):
    """What the program printed; ends the benchmark with its message when it fails or takes longer than a minute."""
    name = " ".join([os.path.basename(program), *arguments[:1]])
    try:
        done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"sizes: {name} takes longer than a minute") from None
    if done.returncode:
        raise SystemExit(f"sizes: {name} ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout
