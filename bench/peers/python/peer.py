"""pywebpush as a peer of `kairan bench push`: reads the same four files, sends as many messages, prints the same line.

--client aiohttp: `webpush_async` over one session, the way its documentation shows.
--client kept: the most that can be put together from it: `WebPusher.send_async` with a signature that is kept.
"""

import argparse
import asyncio
import itertools
import json
import resource
import ssl
import sys
import time
from urllib.parse import urlsplit

import aiohttp
from py_vapid import Vapid
from pywebpush import WebPusher, webpush_async

IN_FLIGHT = 100
HEADERS = {"Urgency": "normal", "Topic": "bench"}
TTL = 86400


class Peer:
    """What was asked for, and what came of it."""

    def __init__(self):
        parser = argparse.ArgumentParser()
        for name in ("peer", "client", "endpoints", "vapid", "ca", "payload"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--n", type=int, required=True)
        self.args = parser.parse_args()
        with open(self.args.endpoints) as file:
            self.subscriptions = [json.loads(line) for line in file]
        with open(self.args.vapid) as file:
            vapid = json.load(file)
        with open(self.args.payload) as file:
            self.payload = file.read()
        self.key = Vapid.from_string(vapid["privateKey"])
        self.subject = vapid["subject"]
        self.ok = self.err = 0

    def messages(self):
        """The subscriptions, over and over, as many as there are messages."""
        return itertools.islice(itertools.cycle(self.subscriptions), self.args.n)

    def note(self, outcome):
        """Counts a status or what was raised."""
        if outcome == 201:
            self.ok += 1
            return
        if not self.err:
            print(f"{self.args.peer}: {outcome}", file=sys.stderr)
        self.err += 1

    def aiohttp(self):
        async def send(session, to):
            claims = {"sub": self.subject}
            return await webpush_async(
                to, self.payload, self.key, claims, ttl=TTL, headers=HEADERS, aiohttp_session=session
            )

        asyncio.run(self.all_async(send))

    def kept(self):
        endpoint = urlsplit(self.subscriptions[0]["endpoint"])
        claims = {"sub": self.subject, "aud": f"{endpoint.scheme}://{endpoint.netloc}", "exp": int(time.time()) + 43200}
        headers = HEADERS | self.key.sign(claims)
        timeout = aiohttp.ClientTimeout(total=30)

        async def send(session, to):
            return await WebPusher(to, aiohttp_session=session).send_async(
                self.payload, headers, ttl=TTL, timeout=timeout
            )

        asyncio.run(self.all_async(send))

    async def all_async(self, send):
        messages = self.messages()

        async def worker(session):
            for to in messages:
                try:
                    outcome = (await send(session, to)).status
                except Exception as error:
                    outcome = error
                self.note(outcome)

        tls = ssl.create_default_context(cafile=self.args.ca)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT, ssl=tls)) as session:
            await asyncio.gather(*(worker(session) for _ in range(IN_FLIGHT)))

    def run(self):
        client = {"aiohttp": self.aiohttp, "kept": self.kept}[self.args.client]
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        client()
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        line = {
            "peer": self.args.peer,
            "ok": self.ok,
            "err": self.err,
            "wall_s": wall,
            "rate": self.ok / wall,
            "user_s": user,
            "sys_s": system,
            "cpu_per_10k": (user + system) / self.ok * 10_000 if self.ok else None,
        }
        print(json.dumps(line))


Peer().run()
