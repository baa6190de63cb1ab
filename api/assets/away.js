// The part of the service worker for where there is no net: what was read stays readable, and a stamp that can't be sent waits.
'use strict';

(() => {
  const { shelf, shell, waiting } = self;
  // How long the net may take before the copy is shown, and before a stamp waits, in milliseconds.
  const PATIENCE = 4000;
  const STAMP = /^\/n\/([\da-f-]{36})\/receipt$/;
  // Where somebody signs in, or leaves.
  const DOORS = /^\/(join|device|signin|welcome|oidc)(\/|$)/;
  // What answers to this clears all that is kept of us, this worker with it: it must not stand in between.
  const OUT = /^\/(signout|me\/leave)$/;
  // What is chosen for the page that one is on.
  const CHOICE = /^\/(language|text-size)$/;

  const late = (time) => new Promise((done) => { setTimeout(done, time); });

  self.addEventListener('install', (event) => event.waitUntil(shell.prepare().catch(() => {})));
  self.addEventListener('sync', (event) => event.waitUntil(waiting.send()));
  self.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin || (OUT.test(url.pathname) && request.method === 'POST')) return;
    if (request.mode === 'navigate') event.respondWith((request.method === 'GET' ? page : form)(event, url));
    else if (shelf.PICTURE.test(url.pathname)) event.respondWith(picture(event));
    else if (url.pathname.startsWith('/assets/') && url.search) event.respondWith(shell.asset(request, url));
  });

  // What the net answers; what is kept in its place, where that fails or takes long.
  const soon = async (answer, kept, otherwise) => {
    answer.catch(() => {});
    try {
      return await Promise.race([answer, late(PATIENCE)]) || await kept() || await answer;
    } catch {
      return await kept() || otherwise();
    }
  };
  const page = (event, url) => soon(load(event, url), () => stored(url), () => shell.offline());
  const picture = (event) => soon(seen(event), async () => (await shelf.find(event.request))?.found, () => Response.error());

  const seen = async (event) => {
    const asked = shelf.turn();
    const answer = await fetch(event.request);
    const copy = answer.clone();
    if (answer.status === 200) event.waitUntil(shelf.keepPicture(event.request, copy, asked).catch(() => {}));
    return answer;
  };

  const load = async (event, url) => {
    const asked = shelf.turn();
    const answer = await fetch(event.request);
    if (DOORS.test(url.pathname) && answer.type === 'opaqueredirect') await shelf.forget();
    const copy = answer.clone();
    event.waitUntil(shelf.keep(url, copy, asked).catch(() => {}));
    return answer;
  };

  const stored = async ({ pathname, search }) => {
    // The home screen opens another address than the list's.
    const path = pathname === '/start' ? '/' : pathname;
    const { found, owner } = await shelf.find(path) || {};
    if (!found) return undefined;
    const [, id] = path.split('/n/');
    if (id) await waiting.add({ id, acknowledged: false, sign_in: owner }).catch(() => {});
    // What was looked for or chosen can't be had: the page says so.
    const asked = search && path === pathname ? ' data-asked' : '';
    const text = (await found.text()).replace('<body', `<body data-kept="${found.headers.get('kept-at')}"${asked}`);
    return new Response(text, { headers: found.headers });
  };

  const form = async (event, url) => {
    const stamp = STAMP.exec(url.pathname);
    try {
      const sent = fetch(event.request);
      sent.catch(() => {});
      const answer = await (stamp ? Promise.race([sent, late(2 * PATIENCE)]) : sent);
      if (DOORS.test(url.pathname)) await shelf.forget();
      if (url.pathname === '/language') await shell.stale();
      if (answer) return answer;
    } catch {
      if (CHOICE.test(url.pathname)) return back(event.request.referrer || url.origin);
      if (!stamp) return shell.offline('data-form');
    }
    return wait(stamp[1]);
  };

  // To the copy of where one was.
  const back = (referrer) => {
    const there = new URL(referrer);
    there.searchParams.set('kept', '');
    return Response.redirect(there, 303);
  };

  const wait = async (id) => {
    const there = `${self.location.origin}/n/${id}`;
    try {
      const owner = await shelf.whose();
      // Where nothing could be kept of anybody, it is not known whose stamp it would be.
      if (!owner) throw new Error('nobody');
      await waiting.add({ id, acknowledged: true, at: new Date().toISOString(), sign_in: owner });
    } catch {
      return Response.redirect(`${there}#not-kept`, 303);
    }
    await self.registration.sync?.register('waiting').catch(() => {});
    return Response.redirect(there, 303);
  };
})();
