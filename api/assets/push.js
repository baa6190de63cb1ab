// Notifications: whether this browser is rung, turning it on and off, and looking after it with every page that is opened.
'use strict';

(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  let able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const { outside, system } = document.body.dataset;
  const panel = one('[data-says]');

  const call = async (path, method, body) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch('/api/v1/push/' + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(answer.status);
    return method === 'DELETE' || answer.json();
  };
  const manager = async () => (await navigator.serviceWorker.ready).pushManager;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const same = (a, b) => !a || String(new Uint8Array(a)) === String(b);
  // Whoever turned it off here is not asked, nor registered, again.
  const turnedOff = (set) => {
    if (set !== undefined) localStorage.kairanPush = set ? 'off' : 'on';
    return localStorage.kairanPush === 'off';
  };

  const register = async (again = true) => {
    const push = await manager();
    const key = bytes((await call('key', 'GET')).public_key);
    let found = await push.getSubscription();
    if (found && !same(found.options.applicationServerKey, key)) {
      await found.unsubscribe();
      found = null;
    }
    found ||= await push.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    // What waits for the address that this browser had before then rings at this one.
    const before = localStorage.kairanAddress;
    const kept = await call('subscriptions', 'POST', { ...found.toJSON(), replaces: before === found.endpoint ? undefined : before });
    localStorage.kairanAddress = found.endpoint;
    if (!kept.renew) return true;
    // It does not ring: its key is another, or its push service has given it up. A browser that knows no better shows as off.
    await found.unsubscribe();
    if (again) return register(false);
    throw new Error('renew');
  };

  const state = async () => {
    if (outside === 'true') return 'iphone';
    if (!able) return 'unable';
    if (Notification.permission === 'denied') return 'blocked';
    if (turnedOff()) return 'off';
    return Notification.permission === 'granted' && await (await manager()).getSubscription() ? 'on' : 'off';
  };

  // `word` is which of the texts that wait in the page is said.
  const tell = async (word) => {
    const parts = all('[data-state]');
    const now = parts.length && await state();
    for (const part of parts) part.hidden = part.dataset.state !== now;
    for (const part of all('[data-system]')) if (part !== document.body) part.open = part.dataset.system === system;
    if (panel && word !== undefined) panel.textContent = panel.dataset[word] || '';
  };

  const turn = (work, done) => async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try { await tell(await work() ? done : ''); }
    catch { await tell('failed'); }
    button.disabled = false;
  };
  one('[data-on]')?.addEventListener('click', turn(async () => {
    if (await Notification.requestPermission() !== 'granted') return false;
    turnedOff(false);
    return register();
  }, 'turnedOn'));
  one('[data-off]')?.addEventListener('click', turn(async () => {
    turnedOff(true);
    const found = await (await manager()).getSubscription();
    if (!found) return true;
    await call('subscriptions', 'POST', found).then(({ id }) => call('subscriptions/' + id, 'DELETE')).catch(() => {});
    return found.unsubscribe();
  }, 'turnedOff'));

  // A test that is on its way: the page is shown anew when there is something to tell.
  const look = async (left) => {
    const { waiting } = await call('test', 'GET');
    if (waiting && left) setTimeout(() => look(left - 1).catch(() => {}), 1000);
    else location.reload();
  };
  if (one('[data-testing]')) look(25).catch(() => {});

  // What is said may change until the browser was asked and the server has answered.
  const busy = (now) => panel && (panel.ariaBusy = now);
  const start = async () => {
    if (able && 'signedIn' in document.body.dataset) {
      await navigator.serviceWorker.register('/sw.js');
      await tell();
      // Phones drop subscriptions without a word: look with every page, in silence.
      if (Notification.permission === 'granted' && !turnedOff()) await register().catch(() => {});
    }
    await tell();
  };
  busy(true);
  start().catch(() => { able = false; return tell(); }).finally(() => busy(false));
})();
