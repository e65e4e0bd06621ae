#!/usr/bin/env python3
"""Loads `oddline serve` with GET /api/users/me at a steady rate while a training job runs.

    swift build -c release --product oddline
    python3 Benchmarks/load.py [--rate 200] [--seconds 60]

Prints requests, errors and percentiles of the answer time in milliseconds.
"""
import argparse, http.client, json, os, subprocess, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", ".build", "release", "oddline")
PASSWORD = "a few unrelated words"


def call(port, method, path, body=None, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json"} if body is not None else {}
    if token:
        headers["authorization"] = "Bearer " + token
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


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
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--data-dir", folder + "/data"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        set_up = server.stdout.readline().split("\"")[3]
        call(port, "POST", "/api/users/register",
             {"username": "ann", "email": "ann@example.org", "password": PASSWORD, "set_up_token": set_up})
        token = call(port, "POST", "/api/auth/login", {"identifier": "ann", "password": PASSWORD})[1]["access_token"]
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
        server.terminate()
        server.wait()
        times.sort()
        print(json.dumps({"requests": len(times), "per_s": round(len(times) / took, 1), "errors": len(errors),
                          "training_runs": len(runs), "p50_ms": round(times[len(times) // 2], 2),
                          "p99_ms": round(times[int(len(times) * 0.99)], 2), "max_ms": round(times[-1], 2)}))


if __name__ == "__main__":
    main()
