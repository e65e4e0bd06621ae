#!/usr/bin/env python3
"""Races Oddline's engine against PyTorch: both in turn, several times, medians in a table.

    make bench
    python3 Benchmarks/race.py [--rounds 5] [--window 64] [--width 64] [--channels 1]     (pip install torch)
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
    options = parser.parse_args()
    sizes = [word for name in ("window", "width", "channels") for word in ("--" + name, str(getattr(options, name)))]
    print("| network | threads | work | PyTorch | Oddline | ratio | share of sgemm peak | peak MiB, PyTorch and Oddline |")
    print("|---|---|---|---|---|---|---|---|")
    for model in ("lstm", "transformer"):
        for threads in (1, 2):
            ours, theirs, peaks = [], [], []
            for _ in range(options.rounds):
                common = ["--threads", str(threads), *sizes]
                theirs.append(run([sys.executable, os.path.join(HERE, "torch_engine.py"), model, *common]))
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
