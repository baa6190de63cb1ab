// What a phone keeps for where there is no net, by sign-in: every answer says whose it is, and what is kept of anybody else goes before it is
// shown. For the service worker.
'use strict';

self.shelf = (() => {
  const SHELL = 'shell';
  const PAGES = 'pages-';
  const DAY = 86_400_000;
  // The most pages that are kept, and how many of a list are fetched before they are opened.
  const MOST = 60;
  const AHEAD = 10;
  const KEPT = /^\/(n\/[\da-f-]{36})?$/;
  // A notice of a list, and which edition of it there is.
  const LISTED = /"(\/n\/[\da-f-]{36})" data-edition="([^"]+)"/g;
  const HEADERS = ['content-type', 'content-security-policy', 'referrer-policy', 'x-content-type-options'];

  const names = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES));
  const whose = async () => (await names())[0]?.slice(PAGES.length);

  // The page for where nothing is kept, and what it needs.
  const prepare = async () => {
    const shell = await caches.open(SHELL);
    const answer = await fetch('/offline');
    if (!answer.ok) return;
    const text = await answer.clone().text();
    const needed = new Set([...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address]) => address));
    await Promise.all([...needed].map(async (address) => (await shell.match(address)) || shell.add(address)));
    await shell.put('/offline', answer);
  };
  const offline = async () => (await (await caches.open(SHELL)).match('/offline')) || Response.error();
  const stale = async () => (await caches.open(SHELL)).delete('/offline');

  const asset = async (request, { pathname }) => {
    const shell = await caches.open(SHELL);
    const there = await shell.match(request);
    if (there) return there;
    const answer = await fetch(request);
    const copy = answer.clone();
    try {
      // Another version than before: the page for where there is no net is another one as well.
      if (answer.ok && await shell.delete(pathname, { ignoreSearch: true })) await stale();
      if (answer.ok) await shell.put(request, copy);
    } catch {
      // No room: it is fetched again.
    }
    return answer;
  };

  const put = async (pages, path, answer) => {
    const headers = new Headers({ 'kept-at': new Date().toISOString() });
    for (const name of HEADERS) headers.set(name, answer.headers.get(name) || '');
    const text = await answer.text();
    const there = await pages.keys();
    if (there.length >= MOST) await pages.delete(there.find(({ url }) => url.includes('/n/')));
    await pages.put(path, new Response(text, { headers }));
    return text;
  };

  // The first notices of the list, and all that are kept and were corrected or withdrawn since; without reading them in anybody's name.
  const ahead = async (pages, text) => {
    if (!(await (await caches.open(SHELL)).match('/offline'))) await prepare();
    for (const [place, [, path, edition]] of [...text.matchAll(LISTED)].entries()) {
      const there = await pages.match(path);
      const fresh = there && Date.now() - new Date(there.headers.get('kept-at')) < DAY;
      const same = there && (await there.text()).includes(`data-edition="${edition}"`);
      if (there ? same && (fresh || place >= AHEAD) : place >= AHEAD) continue;
      const answer = await fetch(path, { headers: { Purpose: 'prefetch' }, redirect: 'manual' });
      if (answer.ok) await put(pages, path, answer);
    }
  };

  // What is kept of everybody but one. Who has signed out takes along what waits, and is not rung any more.
  const forget = async (but) => {
    const others = (await names()).filter((name) => name !== PAGES + but);
    await Promise.all(others.map((name) => caches.delete(name)));
    if (but !== 'none') return;
    await self.waiting.clear();
    const found = await self.registration.pushManager?.getSubscription();
    await found?.unsubscribe();
  };

  const keep = async ({ pathname, search }, answer) => {
    const owner = answer.headers.get('kairan-sign-in');
    if (!owner) return;
    await forget(owner);
    if (owner === 'none') return;
    const pages = await caches.open(PAGES + owner);
    if (KEPT.test(pathname) && !search) {
      if (answer.status === 404) await pages.delete(pathname);
      if (answer.status === 200) {
        const text = await put(pages, pathname, answer);
        if (pathname === '/') await ahead(pages, text);
      }
    }
    await self.waiting.send();
  };

  const find = async (path) => {
    const owner = await whose();
    return owner && (await caches.open(PAGES + owner)).match(path);
  };

  return { asset, find, forget, keep, offline, prepare, stale, whose };
})();
