// npm web-push as a peer of `kairan bench push`: reads the same four files, sends as many messages, prints the same line.
//
// --client https: `sendNotification`, the way its documentation shows, over connections that are kept.
// --client http2: the most that can be put together from it: its `generateRequestDetails` with a signature that is kept, over HTTP/2.
'use strict';

const fs = require('node:fs');
const http2 = require('node:http2');
const https = require('node:https');
const { parseArgs } = require('node:util');
const webpush = require('web-push');

const IN_FLIGHT = 100;

const names = ['peer', 'client', 'endpoints', 'vapid', 'ca', 'payload', 'n'];
const args = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) }).values;
const subscriptions = fs.readFileSync(args.endpoints, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const vapid = JSON.parse(fs.readFileSync(args.vapid, 'utf8'));
const ca = fs.readFileSync(args.ca);
const payload = fs.readFileSync(args.payload);
const n = Number(args.n);
const options = { TTL: 86400, urgency: 'normal', topic: 'bench' };

// Each gives a function that sends to one subscription and resolves to the status, and one that ends what it opened.
const clients = {
  https() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: IN_FLIGHT, ca });
    webpush.setVapidDetails(vapid.subject, vapid.publicKey, vapid.privateKey);
    const send = async (to) => (await webpush.sendNotification(to, payload, { ...options, agent })).statusCode;
    return { send, end: () => agent.destroy() };
  },

  http2() {
    const { origin } = new URL(subscriptions[0].endpoint);
    const session = http2.connect(origin, { ca });
    let kept;
    const send = (to) => {
      kept ??= webpush.getVapidHeaders(origin, vapid.subject, vapid.publicKey, vapid.privateKey, 'aes128gcm');
      const details = webpush.generateRequestDetails(to, payload, { ...options, vapidDetails: null, headers: { ...kept } });
      return new Promise((resolve, reject) => {
        const path = new URL(details.endpoint).pathname;
        const request = session.request({ ':method': 'POST', ':path': path, ...details.headers });
        let status;
        request.on('response', (headers) => { status = headers[':status']; });
        request.on('error', reject);
        request.on('close', () => resolve(status));
        request.resume();
        request.end(details.body);
      });
    };
    return { send, end: () => session.close() };
  },
};

async function main() {
  const { send, end } = clients[args.client]();
  let [next, ok, err] = [0, 0, 0];
  const worker = async () => {
    while (next < n) {
      const to = subscriptions[next % subscriptions.length];
      next += 1;
      try {
        const status = await send(to);
        if (status !== 201) throw new Error(`answered ${status}`);
        ok += 1;
      } catch (error) {
        if (err === 0) console.error(`${args.peer}: ${error.message} ${error.body ?? ''}`);
        err += 1;
      }
    }
  };
  const [started, before] = [process.hrtime.bigint(), process.resourceUsage()];
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const [wall, after] = [Number(process.hrtime.bigint() - started) / 1e9, process.resourceUsage()];
  end();
  const [user, sys] = [(after.userCPUTime - before.userCPUTime) / 1e6, (after.systemCPUTime - before.systemCPUTime) / 1e6];
  console.log(JSON.stringify({
    peer: args.peer, ok, err, wall_s: wall, rate: ok / wall, user_s: user, sys_s: sys, cpu_per_10k: (user + sys) / ok * 1e4,
  }));
}

main();
