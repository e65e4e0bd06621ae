#!/usr/bin/env python3
"""Races Oddline's engine against PyTorch, or against another state of itself: both in turn, several times, medians in a table.

    make bench
    python3 Benchmarks/race.py [--rounds 5] [--window 64] [--width 64] [--channels 1]     (pip install torch)
    python3 Benchmarks/race.py --against OTHER/.build/release/oddline-bench
"""
import argparse, json, os, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, "..", ".build", "release", "oddline-bench")


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    for name, size in (("--window", 64), ("--width", 64), ("--channels", 1)):
        parser.add_argument(name, type=int, default=size)
    parser.add_argument("--against", metavar="PROGRAM", help="the oddline-bench of another state, in place of PyTorch")
    options = parser.parse_args()
    other = "before" if options.against else "PyTorch"
    rival = [options.against, "engine", "--model"] if options.against else [sys.executable, os.path.join(HERE, "torch_engine.py")]
    sizes = [word for name in ("window", "width", "channels") for word in ("--" + name, str(getattr(options, name)))]
    print(f"| network | threads | work | {other} | Oddline | ratio | share of sgemm peak | peak MiB, {other} and Oddline |")
    print("|---|---|---|---|---|---|---|---|")
    for model in ("lstm", "transformer"):
        for threads in (1, 2):
            ours, theirs, peaks = [], [], []
            for _ in range(options.rounds):
                common = ["--threads", str(threads), *sizes]
                theirs.append(run([*rival, model, *common]))
                ours.append(run([BENCH, "engine", "--model", model, *common]))
                peaks.append(run([BENCH, "peak", "--threads", str(threads)])["gflops"])
            for work in ("train", "score"):
                key = work + "_windows_per_s"
                a, b = (statistics.median(r[key] for r in runs) for runs in (theirs, ours))
                share = statistics.median(r[work + "_gflops"] for r in ours) / statistics.median(peaks)
                memory = "%d, %d" % tuple(max(r["peak_rss_mib"] for r in runs) for runs in (theirs, ours))
                print(f"| {model} | {threads} | {work} | {a:,.0f}/s | {b:,.0f}/s | {b / a:.2f} | {share:.0%} | {memory} |", flush=True)


if __name__ == "__main__":
    main()
