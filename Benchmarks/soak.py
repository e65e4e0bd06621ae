#!/usr/bin/env python3
"""Loads `oddline serve` with GET /api/users/me as fast as it answers (needs wrk), and watches its memory.

    make build-service
    python3 Benchmarks/soak.py [--seconds 600] [--connections 16] [--logins 20]

First for ten seconds alone; then while 20 log in at once, again and again; then for the rest of the time, with the memory
each ten seconds. Prints one JSON line each; times in milliseconds, and the service's processor time, user and system, a
request in microseconds, which other work on the machine changes less than the rate (logins are part of it where they go
on).
"""
import argparse, json, os, re, subprocess, threading, time

from service import PASSWORD, PROGRAM, call, serving


def processor(service):
    """Microseconds of processor time so far."""
    with open(f"/proc/{service.process.pid}/stat") as file:
        user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) * 1e6 / os.sysconf("SC_CLK_TCK")


def wrk(service, seconds, connections):
    """Requests a second, percentiles, processor time and errors over some seconds."""
    began = processor(service)
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", "authorization: Bearer " + service.token,
         f"http://127.0.0.1:{service.port}/api/users/me"], capture_output=True, text=True, check=True).stdout
    units = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
    percentiles = {name: round(float(value) * units[unit], 2)
                   for name, value, unit in re.findall(r"(50|99)% +([0-9.]+)(us|ms|s|m)\b", text)}
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: .*", text)
    requests = int(re.search(r"(\d+) requests in", text)[1])
    return {"requests_per_s": round(float(re.search(r"Requests/sec: +([0-9.]+)", text)[1])), "p50": percentiles["50"],
            "p99": percentiles["99"], "processor_us": round((processor(service) - began) / requests),
            "errors": int(errors[1]) if errors else 0, **({"lost": lost[0]} if lost else {})}


def resident(service):
    """MiB."""
    with open(f"/proc/{service.process.pid}/status") as file:
        return round(int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024, 1)


def logging_in(service, count, until):
    """Has `count` clients log in, again and again; gives the statuses and times."""
    answers = []

    def log_in():
        while time.monotonic() < until:
            began = time.monotonic()
            status = call(service.port, "POST", "/api/auth/login", {"identifier": "ann", "password": PASSWORD})[0]
            answers.append((status, (time.monotonic() - began) * 1000))

    threads = [threading.Thread(target=log_in) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--logins", type=int, default=20)
    options = parser.parse_args()
    with serving(options.program) as service:
        print(json.dumps({"load": "alone"} | wrk(service, 10, options.connections)), flush=True)
        threads, answers = logging_in(service, options.logins, time.monotonic() + 10)
        print(json.dumps({"load": f"{options.logins} log in"} | wrk(service, 10, options.connections)), flush=True)
        for thread in threads:
            thread.join()
        times = sorted(took for _, took in answers)
        print(json.dumps({"logins": len(answers), "refused": sum(status != 200 for status, _ in answers),
                          "p50": round(times[len(times) // 2]), "p99": round(times[int(len(times) * 0.99)])}), flush=True)
        memory, outcome = [resident(service)], None
        for _ in range(options.seconds // 10):
            outcome = wrk(service, 10, options.connections)
            memory.append(resident(service))
        print(json.dumps({"load": "soak", "seconds": options.seconds, "resident_mib": memory, "last": outcome}), flush=True)


if __name__ == "__main__":
    main()
