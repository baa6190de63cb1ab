// What belongs to nobody: the files of the pages, and the page for where there is no net. For the service worker.
'use strict';

self.shell = (() => {
  const SHELL = 'shell';

  // The page for where nothing is kept, and what it needs.
  const prepare = async () => {
    const shell = await caches.open(SHELL);
    if (await shell.match('/offline')) return;
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

  return { asset, offline, prepare, stale };
})();
