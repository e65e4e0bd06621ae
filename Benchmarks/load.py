#!/usr/bin/env python3
"""Loads `oddline serve` with GET /api/users/me at a steady rate while a training job runs.

    make build-service
    python3 Benchmarks/load.py [--rate 200] [--seconds 60]

Prints requests, errors and percentiles of the answer time in milliseconds.
"""
import argparse, http.client, json, threading, time

from service import PROGRAM, call, serving


def worker(port, token, start, interval, count, times, errors):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for index in range(count):
        due = start + index * interval
        time.sleep(max(0, due - time.perf_counter()))
        began = time.perf_counter()
        try:
            connection.request("GET", "/api/users/me", headers={"authorization": "Bearer " + token})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                errors.append(answer.status)
        except OSError as error:
            errors.append(str(error))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        times.append((time.perf_counter() - began) * 1000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    with serving(PROGRAM) as service:
        port, token = service.port, service.token
        series = call(port, "POST", "/api/series", {"sample": "long-range.csv"}, token)[1]["id"]
        stop, runs = threading.Event(), []

        def train():
            while not stop.is_set():
                call(port, "POST", f"/api/series/{series}/training", {"seed": len(runs) + 1}, token)
                runs.append(1)
                while not stop.is_set() and call(port, "GET", f"/api/series/{series}/training", token=token)[1]["state"] == "running":
                    time.sleep(0.5)

        trainer = threading.Thread(target=train)
        trainer.start()
        workers, times, errors = 8, [], []
        interval, start = workers / options.rate, time.perf_counter() + 0.5
        count = options.rate * options.seconds // workers
        threads = [threading.Thread(target=worker, args=(port, token, start + n / options.rate, interval, count, times, errors))
                   for n in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - start
        stop.set()
        trainer.join()
        times.sort()
        print(json.dumps({"requests": len(times), "per_s": round(len(times) / took, 1), "errors": len(errors),
                          "training_runs": len(runs), "p50_ms": round(times[len(times) // 2], 2),
                          "p99_ms": round(times[int(len(times) * 0.99)], 2), "max_ms": round(times[-1], 2)}))


if __name__ == "__main__":
    main()
