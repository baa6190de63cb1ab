// Shows what waits on this phone for the net, sends it when there is one, and clears the phone when somebody signs out. Texts stand in the page.
'use strict';

(() => {
  const one = (selector) => document.querySelector(selector);
  const { waiting } = self;
  const { asked, form, kept, signedIn } = document.body.dataset;
  const here = location.pathname.split('/n/')[1];
  let waited = false;

  const part = (name) => one(`[data-away="${name}"]`);
  const tell = (name, at, count) => {
    const place = part(name);
    if (!place) return;
    place.hidden = !at;
    const time = place.querySelector('time');
    if (at && time) {
      const shown = { month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' };
      time.dateTime = at;
      time.textContent = new Date(at).toLocaleString(document.documentElement.lang, shown);
    }
    const number = place.querySelector('[data-count]');
    if (number) number.textContent = count;
  };

  const whose = async () => (await caches.keys()).find((name) => name.startsWith('pages-'))?.slice(6);

  const show = async () => {
    // What others pressed on this phone is not for who looks at it.
    const mine = signedIn || await whose();
    const all = (await waiting.all()).filter(({ acknowledged, sign_in }) => acknowledged && sign_in === mine);
    const own = all.find(({ id, failed }) => id === here && !failed);
    // What waited has arrived: the page shows the stamp.
    if (waited && !own) {
      location.replace(location.pathname);
      return;
    }
    waited = Boolean(own);
    tell('waiting', own?.at);
    const button = one('form[action^="/n/"][action$="/receipt"]');
    if (button) button.hidden = waited;
    const others = all.filter(({ id, failed }) => id !== here && !failed);
    tell('others', others[0]?.at, others.length);
    const lost = all.find(({ failed }) => failed);
    tell('failed', lost?.at);
    if (!lost) return;
    const place = part('failed');
    place.querySelector('a').href = `/n/${lost.id}`;
    const reasons = [...place.querySelectorAll('[data-why]')];
    const why = reasons.find(({ dataset }) => dataset.why === lost.failed) || reasons.at(-1);
    for (const reason of reasons) reason.hidden = reason !== why;
    place.querySelector('button').onclick = () => waiting.drop(lost).then(show);
  };

  // A phone says that it is online before anything gets through, and in a lift that it is although nothing does: so it is tried again.
  let pause = 2000;
  let next;
  const send = async () => {
    clearTimeout(next);
    await waiting.send().catch(() => {
      next = setTimeout(send, pause);
      pause = Math.min(2 * pause, 300_000);
    });
    await show().catch(() => {});
  };

  // The answer clears the browser where it knows how to; this is for where it does not.
  const leave = async () => {
    localStorage.clear();
    const registration = await navigator.serviceWorker?.getRegistration();
    const found = await registration?.pushManager?.getSubscription();
    await Promise.all([found?.unsubscribe(), ...(await caches.keys()).map((name) => caches.delete(name))]);
    indexedDB.deleteDatabase('kairan');
  };
  const late = (time) => new Promise((done) => { setTimeout(done, time); });
  for (const form of document.querySelectorAll('form[action="/signout"]')) {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      // What waits goes first; a bad line is no reason to stay signed in.
      await Promise.race([send(), late(3000)]);
      let answer;
      try {
        answer = await fetch(form.action, { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout?.(15_000) });
      } catch {
        // Whoever is still signed in must not have lost what waits, nor their notifications.
        tell('still-in', new Date().toISOString());
        part('still-in')?.scrollIntoView();
        return;
      }
      if (answer.type !== 'opaqueredirect') {
        form.submit();
        return;
      }
      await Promise.race([leave().catch(() => {}), late(3000)]);
      location.assign('/');
    });
  }

  if (kept) tell(asked === undefined ? 'kept' : 'asked', kept);
  // What was filled in is still in the page before.
  if (form !== undefined) one('[data-again]').onclick = () => { fetch('/healthz').then(() => history.back(), () => {}); return false; };
  if ('serviceWorker' in navigator && signedIn) navigator.serviceWorker.register('/sw.js').catch(() => {});
  self.addEventListener('online', send);
  // A page that is come back to may be another one's by now.
  self.addEventListener('pageshow', async ({ persisted }) => {
    if (!persisted) return;
    if (await whose() === signedIn) send();
    else location.reload();
  });
  show().catch(() => {}).then(send);
})();
