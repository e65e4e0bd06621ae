#!/usr/bin/env python3
"""Measures what the others have of `oddline serve` while two accounts want all of it.

    python3 Benchmarks/greedy.py [--program .build/release/oddline] [--seconds 60]

One account has events of a million rows found over 60 connections and trains again and again; another sends four bodies without
an end, leaves ten long answers unread and guesses at names. Meanwhile a third asks who it is ten times a second and logs in every
five seconds. Prints the 99th percentile of its answers, its longest login and the peak memory; exits with 1 above 100 ms, 5 s or
1 GB.
"""
import argparse, json, math, socket, sys, threading, time

from service import PASSWORD, PROGRAM, call, serving


def series(rows, columns=1):
    names = ",".join(f"column{index:04}".ljust(30, "x") for index in range(columns))
    lines = (",".join(f"{math.sin(row / (3 + index)):.3f}" for index in range(columns)) for row in range(rows))
    return names + "\n" + "\n".join(lines) + "\n"


def request(token, method, path, more=""):
    return (f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
            f"content-type: application/json\r\n{more}\r\n").encode()


class Greed:
    """Threads that ask until they are told to stop."""

    def __init__(self, port):
        self.port, self.is_over, self.threads = port, False, []

    def again(self, work):
        def run():
            while not self.is_over:
                try:
                    work()
                except (OSError, ValueError):
                    time.sleep(0.05)
        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()

    def unread(self, token):
        """Asks for long answers and takes none of them for a while."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request(token, "GET", "/api/series") * 5)
            time.sleep(10)

    def endless(self, token):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request(token, "POST", "/api/series", "transfer-encoding: chunked\r\n"))
            for _ in range(500):
                connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            time.sleep(20)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with serving(options.program, ["--trusted-proxy", "127.0.0.1"]) as service:
        port = service.port
        tokens = {"ann": service.token}
        for name in ["bob", "eve"]:
            call(port, "POST", "/api/users/register", {"username": name, "email": f"{name}@example.org", "password": PASSWORD})
            tokens[name] = call(port, "POST", "/api/auth/login", {"identifier": name, "password": PASSWORD})[1]["access_token"]
        large = call(port, "POST", "/api/series", {"csv": series(options.rows)}, tokens["eve"])[1]["id"]
        small = call(port, "POST", "/api/series", {"csv": series(300)}, tokens["eve"])[1]["id"]
        call(port, "POST", f"/api/series/{large}/training", {"train_rows": 500}, tokens["eve"])
        while call(port, "GET", f"/api/series/{large}/training", token=tokens["eve"])[1]["state"] == "running":
            time.sleep(1)
        for index in range(8):
            call(port, "POST", "/api/series", {"csv": series(60 + index, 1900)}, tokens["bob"])
        greed = Greed(port)
        for _ in range(60):
            greed.again(lambda: call(port, "GET", f"/api/series/{large}/events", token=tokens["eve"], origin="203.0.113.1"))
        greed.again(lambda: call(port, "POST", f"/api/series/{small}/training", {}, tokens["eve"]))
        for _ in range(10):
            greed.again(lambda: greed.unread(tokens["bob"]))
        for _ in range(4):
            greed.again(lambda: greed.endless(tokens["bob"]))
        greed.again(lambda: call(port, "POST", "/api/auth/login", {"identifier": "nobody", "password": "x"}, origin="203.0.113.2"))
        asked, logins, refused = [], [], 0
        end, next_login = time.monotonic() + options.seconds, 0
        while time.monotonic() < end:
            began = time.monotonic()
            refused += call(port, "GET", "/api/users/me", token=tokens["ann"], origin="198.51.100.1")[0] != 200
            asked.append(time.monotonic() - began)
            if time.monotonic() > next_login:
                began = time.monotonic()
                refused += call(port, "POST", "/api/auth/login", {"identifier": "ann", "password": PASSWORD},
                                origin="198.51.100.1")[0] != 200
                logins.append(time.monotonic() - began)
                next_login = time.monotonic() + 5
            time.sleep(0.1)
        greed.is_over = True
        status = open(f"/proc/{service.process.pid}/status").read()
        peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
    asked.sort()
    slow = asked[int(len(asked) * 0.99)]
    print(f"{len(asked)} questions, 99 % within {slow * 1000:.0f} ms, the longest {asked[-1] * 1000:.0f} ms; "
          f"{len(logins)} logins, the longest {max(logins):.1f} s; {refused} refused; peak {peak:.0f} MiB")
    sys.exit(0 if slow < 0.1 and max(logins) < 5 and refused == 0 and peak < 1000 else 1)


if __name__ == "__main__":
    main()
