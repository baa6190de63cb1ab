// The stamps that wait on this phone for the net: kept in IndexedDB, sent once each. For pages and for the service worker.
'use strict';

self.waiting = (() => {
  const open = () => new Promise((done, fail) => {
    const asked = indexedDB.open('kairan', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('waiting', { keyPath: 'id' });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const run = async (mode, work) => {
    const db = await open();
    try {
      return await new Promise((done, fail) => {
        const transaction = db.transaction('waiting', mode);
        const asked = work(transaction.objectStore('waiting'));
        transaction.oncomplete = () => done(asked.result);
        transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      db.close();
    }
  };
  const all = () => run('readonly', (store) => store.getAll());
  const keep = (one) => run('readwrite', (store) => store.put(one));
  const drop = (id) => run('readwrite', (store) => store.delete(id));
  const clear = () => run('readwrite', (store) => store.clear());

  // What was pressed first counts, and what was only opened never takes its place.
  const add = async (one) => {
    const there = (await all()).find(({ id }) => id === one.id);
    if (!there || there.failed || (one.acknowledged && !there.acknowledged)) await keep(one);
  };

  // Gives what has arrived. Throws where it is to be tried again.
  const sendAll = async () => {
    const sent = [];
    for (const one of await all()) {
      if (one.failed) continue;
      const { id, acknowledged, at, sign_in } = one;
      const answer = await fetch(`/api/v1/notices/${id}/receipt`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ acknowledged, at, sign_in }),
        // Who waits for the lock must not wait for a line that has died.
        signal: AbortSignal.timeout?.(20_000),
      });
      if (answer.ok) {
        await drop(id);
        sent.push(id);
      } else if (answer.status === 401) {
        // Signed out elsewhere: nobody is there any more whose stamp it would be.
        await clear();
        return sent;
      } else if (answer.status >= 500 || answer.status === 429) {
        throw new Error(answer.status);
      } else {
        const { code } = await answer.json();
        if (acknowledged && code !== 'another_sign_in') await keep({ ...one, failed: code });
        else await drop(id);
      }
    }
    return sent;
  };
  // One at a time, of all pages and the service worker.
  const send = () => (navigator.locks ? navigator.locks.request('kairan-waiting', sendAll) : sendAll());

  return { all, add, drop, clear, send };
})();
