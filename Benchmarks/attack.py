#!/usr/bin/env python3
"""Sends 400 forged tokens, 250 raw requests, guesses and too much of everything to `oddline serve` on 127.0.0.1.

    python3 Benchmarks/attack.py [--program .build/release/oddline] [--seed N]

Every token must be refused with 401 and every raw request with a status from 400 to 499, or 501 and 505 for what the
protocol calls unknown; nothing else may be answered, and the service must answer /health afterwards. Guesses from 35 addresses,
from one network of IPv6 and at names that nobody has keep no owner out; names of a megabyte, bodies without an end and questions
after names that are taken are refused. What is drawn comes from a seed. Exits with 1 otherwise.
"""
import argparse, base64, hashlib, hmac, json, math, random, socket, sys, time

from service import PASSWORD, PROGRAM, call, serving


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else data.encode()).rstrip(b"=").decode()


def raw(port, data):
    """The status of the first answer to exactly these bytes; 0 where the connection is closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while b"\r\n" not in answer:
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
        except ConnectionResetError:
            pass
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def forged_tokens(token, key, draw, count):
    """Tokens that differ from a valid one in one thing; most are signed with the right key."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    header = {"alg": "HS256", "kid": key["kid"], "typ": "JWT"}
    secret = base64.b64decode(key["secret"])

    def sign(head_text, payload_text, secret=secret, digest=hashlib.sha256):
        body = b64(head_text) + "." + b64(payload_text)
        return body + "." + b64(hmac.new(secret, body.encode(), digest).digest())

    def with_claims(**changes):
        changed = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
        return sign(json.dumps(header), json.dumps(changed))

    def flipped():
        place = draw.randrange(len(token))
        letter = draw.choice([c for c in "ABCxyz019-_.=+/" if c != token[place]])
        return token[:place] + letter + token[place + 1:]

    now = int(time.time())
    text = json.dumps(claims)
    makers = [
        flipped,
        lambda: with_claims(**{draw.choice(list(claims)): ...}),
        lambda: with_claims(iss=draw.choice(["other", "", 1, None, ["oddline"]])),
        lambda: with_claims(aud=draw.choice(["other", "", 1, None, [], ["oddline", "other"], ["other"]])),
        lambda: with_claims(sub=draw.choice(["2", "01", "1 ", "", 1, None, "-1", "1e0", "9" * 30])),
        lambda: with_claims(exp=draw.choice([now - 1, 0, -1, "9999999999", None, True])),
        lambda: with_claims(nbf=now + draw.randrange(1000, 10**6)),
        lambda: with_claims(iat=now + draw.randrange(1000, 10**6)),
        lambda: with_claims(jti=draw.choice(["", "x", claims["jti"].upper() + "x", "' OR 1=1 --", None, 7])),
        lambda: with_claims(**{draw.choice(["admin", "role", "scope", "x"]): True}),
        lambda: sign(json.dumps({**header, "alg": draw.choice(["none", "None", "HS512", "RS256", "ES256", "hs256", ""])}), text),
        lambda: sign(json.dumps({**header, "kid": draw.choice(["../../etc/passwd", "", "x", "' OR 1=1", None, 3])}), text),
        lambda: sign(json.dumps({**header, draw.choice(["crit", "jwk", "jku", "x5u", "b64", "zip"]): "x"}), text),
        lambda: sign(json.dumps(header), text, secret=draw.randbytes(32)),
        lambda: sign(json.dumps(header), text, digest=draw.choice([hashlib.sha384, hashlib.sha512, hashlib.sha1])),
        lambda: sign("\ufeff" + json.dumps(header), text),
        lambda: sign(json.dumps(header), "\ufeff" + text),
        lambda: sign(json.dumps(header), text[:-1] + ', "sub": "1"}'),
        lambda: sign(json.dumps(header), '{"s\\u0075b": "1", ' + text[1:]),
        lambda: sign(json.dumps(header)[:-1] + ', "alg": "HS256"}', text),
        lambda: sign(json.dumps(header), text[:-1] + ",}"),
        lambda: sign(json.dumps(header).encode("utf-16"), text),
        lambda: sign(json.dumps(header), text.encode("utf-32")),
        lambda: ".".join([head, payload, b64(draw.randbytes(draw.randrange(0, 64)))]),
        lambda: token + draw.choice(["=", ".", ".x", "\x0b", "a"]),
        lambda: ".".join(draw.sample([head, payload, signature, ""], draw.randrange(0, 4))),
        lambda: draw.choice(["", "null", "{}", "a" * 5000, token * 3]),
    ]
    return [forged for forged in (draw.choice(makers)() for _ in range(4 * count)) if forged != token][:count]


def raw_requests(draw, count):
    login = b'{"identifier":"ann","password":"x"}'

    def post(body, *headers, line="POST /api/auth/login HTTP/1.1", host="host: localhost"):
        lines = [line] + ([host] if host else []) + ["content-type: application/json", *headers, "connection: close"]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def sized(body, **more):
        return post(body, f"content-length: {len(body)}", **more)

    def mutated():
        data = bytearray(sized(login))
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(0, 30)] = draw.randrange(256)
        return bytes(data) + b"\r\n\r\n"

    text = login.decode()
    makers = [
        mutated,
        lambda: post(login, "transfer-encoding: " + draw.choice(["x", "chunked, x", "gzip", "chunkedd", "identity, chunked, x"])),
        lambda: post(draw.choice([b"zz\r\n", b"-1\r\n", b"5\r\nabc", b"ffffffffffffffffff\r\n", b"1\r\nab\r\n0\r\n\r\n"]) + b"\r\n",
                     "transfer-encoding: chunked"),
        lambda: post(login, f"content-length: {len(login)}", "transfer-encoding: chunked"),
        lambda: post(login, f"content-length: {len(login)}", f"content-length: {len(login) + 1}"),
        lambda: post(login, "content-length: " + draw.choice(["-1", "x", "1e3", "99999999999999999999", "0x10"])),
        lambda: post(b"", "content-length: " + draw.choice(["104857600", "2147483648"])),
        lambda: sized(login, host=draw.choice(["host: evil.example", "host:", "host: a b", "host: localhost\r\nhost: localhost",
                                               "host: localhost.evil.example", "host: [::1", "host: localhost@evil", ""])),
        lambda: sized(login, line=draw.choice(["post", "Post", "FOO", "GETT", "", "BREW"]) + " /api/auth/login HTTP/1.1"),
        lambda: sized(login, line=f"POST /api/auth/login HTTP/{draw.choice(['9.9', '0.9', '2.0', 'x', '1.1.1'])}"),
        lambda: sized(draw.choice([text[:-1] + ",}", "[" + text + "]", text + text, "{", "", "\ufeff" + text,
                                   '{"identifier":"a","identif\\u0069er":"b","password":"c"}',
                                   '{"identifier":"a","password":"b","x":1}', '{"identifier":true,"password":1}',
                                   "[" * 5000, '{"identifier":"\\ud800","password":"x"}', "'" + text]).encode()),
        lambda: sized(text.encode(draw.choice(["utf-16", "utf-32", "utf-16-le"]))),
        lambda: sized(login, line=draw.choice(["GET", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"]) + " /api/auth/login HTTP/1.1"),
        lambda: post(login, f"content-length: {len(login)}", "content-encoding: " + draw.choice(["gzip", "br", "identity"])),
        lambda: post(login, f"content-length: {len(login)}", "x: " + "a" * draw.randrange(20_000, 200_000)),
        lambda: post(login, f"content-length: {len(login)}", *(f"x{index}: y" for index in range(draw.randrange(200, 900)))),
        lambda: post(login, f"content-length: {len(login)}", draw.choice(["x y: z", ": z", "x\x00: z", "x: a\x00b", " folded: x"])),
        lambda: sized(login, line=f"POST {draw.choice(['/api//../auth', '/%00', '/%ff', '//', 'x', '/' + 'a' * 9000])} HTTP/1.1"),
        lambda: draw.randbytes(draw.randrange(20, 400)) + b"\r\n\r\n",
    ]
    return [draw.choice(makers)() for _ in range(count)]


def trust(service):
    """What does not hold of guesses, as if a proxy told where they come from, and of whoever wants too much."""
    port, token = service.port, service.token
    failures = []

    def expect(name, found, wanted):
        if found != wanted:
            failures.append((found, f"{name}: {wanted} was wanted"))

    def log_in(password, origin, name="ann"):
        return call(port, "POST", "/api/auth/login", {"identifier": name, "password": password}, origin=origin)[0]

    def guess(name, addresses):
        """Five guesses are tried; then one waits for 1, 2, 4 ... seconds, some of which pass meanwhile on a slow machine."""
        began = time.monotonic()
        answers = [log_in("wrong wrong wrong", address) for address in addresses]
        waits = int(math.log2(time.monotonic() - began + 1))
        expect(name, answers[:5], [401] * 5)
        if len(answers) > 5 + waits:
            expect(name + f", of which up to {5 + waits} may be tried", answers.count(401) <= 5 + waits, True)

    guess("guesses from one network of IPv6", [f"2001:db8:7:7::{index:x}" for index in range(1, 21)])
    guess("guesses from one address in several spellings", ["10.3.3.3", "::ffff:10.3.3.3", "::FFFF:a03:303"] * 3)
    for index in range(140):
        log_in("wrong wrong wrong", f"203.0.113.{index % 35}")
    for index in range(60):
        log_in("wrong wrong wrong", "198.51.100.1", f"nobody{index}")
    expect("the owner while others guess", log_in(PASSWORD, "198.51.100.1"), 200)
    taken = [call(port, "PATCH", "/api/users/me", {"username": "eve"}, token=token, origin="198.51.100.2")[0] for _ in range(40)]
    expect("questions after a name that is taken", (set(taken) <= {409, 429}, taken.count(409) <= 8), (True, True))
    long = {"csv": "a," + "b" * 1_000_000 + "\n" + "1,2\n" * 100}
    for path in ["/api/series", "/api/describe"]:
        expect("a name of a megabyte", call(port, "POST", path, long, token=token)[0], 422)
    head = f"POST /api/series HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n" \
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    slow = []
    for _ in range(4):
        slow.append(socket.create_connection(("127.0.0.1", port), timeout=40))
        try:
            slow[-1].sendall(head.encode() + b"f42400\r\n" + b" " * 16_000_000 + b"\r\n")
        except OSError:
            pass  # It is refused before all of it is sent.
    began = time.monotonic()
    expect("a login beside four bodies without an end", log_in(PASSWORD, "198.51.100.1"), 200)
    expect("a login beside four bodies within 5 s", time.monotonic() - began < 5, True)
    for connection in slow:
        connection.close()
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    draw = random.Random(options.seed)
    failures = []
    with serving(options.program, ["--trusted-proxy", "127.0.0.1"]) as service:
        port, token = service.port, service.token
        assert call(port, "GET", "/api/users/me", token=token)[0] == 200
        key = json.load(open(service.data + "/signing-keys.json"))[0]
        tokens = forged_tokens(token, key, draw, 400)
        for forged in tokens:
            try:
                status = call(port, "GET", "/api/users/me", token=forged)[0]
            except ValueError:  # A character that no header can have.
                status = 401
            except OSError as error:
                status = error
            if status not in (400, 401, 431):
                failures.append((status, forged))
        requests = raw_requests(draw, 250)
        for request in requests:
            try:
                status = raw(port, request)
            except OSError as error:
                status = error
            if status not in (*range(400, 500), 0, 501, 505):
                failures.append((status, request[:300]))
        call(port, "POST", "/api/users/register", {"username": "eve", "email": "eve@example.org", "password": PASSWORD})
        failures += trust(service)
        try:
            alive = call(port, "GET", "/api/users/me", token=token)[0] == 200
        except OSError:
            alive = False
    print(f"seed {options.seed}: {len(tokens)} tokens, {len(requests)} raw requests, {len(failures)} failures, alive {alive}")
    for status, what in failures:
        print(status, what)
    sys.exit(0 if not failures and alive else 1)


if __name__ == "__main__":
    main()
