// The stamps that wait on this phone for the net: kept in IndexedDB by sign-in, sent once each. For pages and for the service worker.
'use strict';

self.waiting = (() => {
  const open = () => new Promise((done, fail) => {
    const asked = indexedDB.open('kairan', 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      const make = (rows) => {
        const store = asked.result.createObjectStore('waiting', { keyPath: ['sign_in', 'id'] });
        for (const one of rows) if (one.sign_in) store.put(one);
      };
      if (!oldVersion) {
        make([]);
        return;
      }
      const before = asked.transaction.objectStore('waiting').getAll();
      before.onsuccess = () => {
        asked.result.deleteObjectStore('waiting');
        make(before.result);
      };
    };
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
  const clear = () => run('readwrite', (store) => store.clear());
  // What becomes of the row that is there: another one, null for none, or undefined for as it is.
  const change = ({ sign_in, id }, what) => run('readwrite', (store) => {
    const asked = store.get([sign_in, id]);
    asked.onsuccess = () => {
      const next = what(asked.result);
      if (next) store.put(next);
      else if (next === null) store.delete([sign_in, id]);
    };
    return asked;
  });

  // What was pressed first counts, and what was only opened never takes its place, nor that of what was refused and nobody has seen.
  const add = (one) => change(one, (there) =>
    (!there || (one.acknowledged && (there.failed || !there.acknowledged)) ? one : undefined));
  const drop = (one) => change(one, () => null);
  // What another one pressed and was refused for good is nobody's to see but theirs.
  const forget = async (but) => {
    const others = (await all()).filter(({ sign_in, failed }) => failed && sign_in !== but);
    await Promise.all(others.map(drop));
  };

  // A page that is put aside while it sends, to be come back to, would keep the lock; and who waits for it must not wait for a line that has died.
  let stop = new AbortController();
  const halt = () => {
    stop.abort();
    stop = new AbortController();
  };
  self.addEventListener('pagehide', halt);
  const put = async ({ id, acknowledged, at, sign_in }) => {
    const patience = setTimeout(halt, 20_000);
    try {
      const answer = await fetch(`/api/v1/notices/${id}/receipt`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ acknowledged, at, sign_in }),
        signal: stop.signal,
      });
      return { status: answer.status, ...(answer.ok ? {} : await answer.json().catch(() => ({}))) };
    } finally {
      clearTimeout(patience);
    }
  };

  // Throws where it is to be tried again.
  const sendAll = async () => {
    for (const one of await all()) {
      if (one.failed) continue;
      const { status, code } = await put(one);
      if (status === 401) {
        // Signed out elsewhere: nobody is there any more whose stamp it would be.
        await clear();
        return;
      }
      if (status >= 500 || status === 429 || status === 408) throw new Error(status);
      const refused = status >= 400 && one.acknowledged && code !== 'another_sign_in';
      // The button may have been pressed since: then it is not this row that was sent.
      await change(one, (there) => {
        if (!there || there.acknowledged !== one.acknowledged || there.at !== one.at) return undefined;
        return refused ? { ...one, failed: code } : null;
      });
    }
  };
  // One at a time, of all pages and the service worker.
  const send = () => (navigator.locks
    ? navigator.locks.request('kairan-waiting', { signal: stop.signal }, sendAll) : sendAll());

  return { all, add, drop, clear, forget, send };
})();
