// What a phone keeps for where there is no net, by sign-in: every answer says whose it is, and what is kept of anybody else goes before it is
// shown. For the service worker.
'use strict';

self.shelf = (() => {
  const PAGES = 'pages-';
  const DAY = 86_400_000;
  // The most pages that are kept, and how many of a list are fetched before they are opened.
  const MOST = 60;
  const AHEAD = 10;
  const KEPT = /^\/(n\/[\da-f-]{36})?$/;
  // A notice of a list, and which edition of it there is.
  const LISTED = /"(\/n\/[\da-f-]{36})" data-edition="([^"]+)"/g;
  const PICTURE = /^\/n\/[\da-f-]{36}\/files\/[\da-f-]{36}\/preview$/;
  const OWNER = 'kairan-sign-in';
  const HEADERS = ['cache-control', 'content-type', 'content-security-policy', 'referrer-policy', 'x-content-type-options'];

  // Raised when it may be somebody else's turn: what was asked for before is kept for nobody.
  let turns = 0;
  const turn = () => turns;

  const names = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES));
  const whose = async () => (await names())[0]?.slice(PAGES.length);

  const put = async (pages, path, answer) => {
    const headers = new Headers({ 'kept-at': new Date().toISOString() });
    for (const name of HEADERS) headers.set(name, answer.headers.get(name) || '');
    const text = await answer.text();
    await room(pages, KEPT);
    await pages.put(path, new Response(text, { headers }));
    return text;
  };

  // The oldest notice goes where there are many, and the oldest picture.
  const room = async (pages, kind) => {
    const there = (await pages.keys()).filter(({ url }) => url.includes('/n/') && kind.test(new URL(url).pathname));
    if (there.length >= MOST) await pages.delete(there[0]);
  };

  // A picture of what is attached is kept with the pages of whoever saw it.
  const keepPicture = async (request, answer, asked) => {
    const owner = await whose();
    if (!owner || asked !== turns) return;
    const pages = await caches.open(PAGES + owner);
    await room(pages, PICTURE);
    await pages.put(request, answer);
    if (asked !== turns) await caches.delete(PAGES + owner);
  };

  // The first notices of the list, and all that are kept and were corrected or withdrawn since; without reading them in anybody's name.
  const ahead = async (pages, text, owner, asked) => {
    await self.shell.prepare();
    for (const [place, [, path, edition]] of [...text.matchAll(LISTED)].entries()) {
      const there = await pages.match(path);
      const fresh = there && Date.now() - new Date(there.headers.get('kept-at')) < DAY;
      const same = there && (await there.text()).includes(`data-edition="${edition}"`);
      if (there ? same && (fresh || place >= AHEAD) : place >= AHEAD) continue;
      const answer = await fetch(path, { headers: { Purpose: 'prefetch' }, redirect: 'manual' });
      if (asked !== turns) return;
      if (answer.ok && answer.headers.get(OWNER) === owner) await put(pages, path, answer);
    }
  };

  // What is kept of everybody but one. Who has signed out takes along what waits, and is not rung any more.
  // Gives the turn at which that was.
  const forget = async (but) => {
    if (!but) turns += 1;
    let now = turns;
    const others = (await names()).filter((name) => name !== PAGES + but);
    if (others.length) {
      const still = now === turns;
      turns += 1;
      if (still) now = turns;
    }
    await Promise.all(others.map((name) => caches.delete(name)));
    if (but !== 'none') {
      if (but) await self.waiting.forget(but);
      return now;
    }
    await self.waiting.clear();
    const found = await self.registration.pushManager?.getSubscription();
    await found?.unsubscribe();
    return now;
  };

  // An answer to what was asked for at that turn.
  const keep = async ({ pathname, search }, answer, asked) => {
    const owner = answer.headers.get(OWNER);
    if (!owner || asked !== turns) return;
    const now = await forget(owner);
    if (owner === 'none' || now !== turns) return;
    const pages = await caches.open(PAGES + owner);
    if (now !== turns) {
      await caches.delete(PAGES + owner);
      return;
    }
    if (KEPT.test(pathname) && (!search || search === '?kept=')) {
      if (answer.status === 404) await pages.delete(pathname);
      if (answer.status === 200) {
        const text = await put(pages, pathname, answer);
        if (pathname === '/') await ahead(pages, text, owner, now);
      }
    }
    await self.waiting.send();
  };

  const find = async (path) => {
    const owner = await whose();
    const found = owner && await caches.match(path, { cacheName: PAGES + owner, ignoreVary: true });
    return found && { found, owner };
  };

  return { PICTURE, find, forget, keep, keepPicture, turn, whose };
})();
