// What belongs to nobody: the files of the pages, and the page for where there is no net. For the service worker.
'use strict';

self.shell = (() => {
  const SHELL = 'shell';

  // Of a file that does not say that it stays as it is, the server knows another version than the page that names it.
  const lasts = (answer) => answer.ok && /immutable/.test(answer.headers.get('cache-control'));

  // The page for where nothing is kept, and what it needs.
  const prepare = async () => {
    const shell = await caches.open(SHELL);
    if (await shell.match('/offline')) return;
    const answer = await fetch('/offline');
    if (!answer.ok) return;
    const text = await answer.clone().text();
    const needed = new Set([...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address]) => address));
    await Promise.all([...needed].map(async (address) => {
      if (await shell.match(address)) return;
      const file = await fetch(address);
      if (!lasts(file)) throw new Error(address);
      await shell.put(address, file);
    }));
    await shell.put('/offline', answer);
  };
  // `mark`: what the page is to know.
  const offline = async (mark = '') => {
    const page = await (await caches.open(SHELL)).match('/offline');
    return page ? new Response((await page.text()).replace('<body', `<body ${mark}`), page) : Response.error();
  };
  const stale = async () => (await caches.open(SHELL)).delete('/offline');

  const asset = async (request, { pathname }) => {
    const shell = await caches.open(SHELL);
    const there = await shell.match(request);
    if (there) return there;
    const answer = await fetch(request);
    const copy = answer.clone();
    try {
      // Another version than before: the page for where there is no net is another one as well.
      if (!lasts(answer)) return answer;
      if (await shell.delete(pathname, { ignoreSearch: true })) await stale();
      await shell.put(request, copy);
    } catch {
      // No room: it is fetched again.
    }
    return answer;
  };

  return { asset, offline, prepare, stale };
})();
