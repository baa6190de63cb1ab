// Every page works without this, but no phone rings.
'use strict';

(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  one('[data-focus]')?.focus();

  const code = one('[data-code]');
  if (code) {
    const grouped = (text) =>
      (text.normalize('NFKC').toUpperCase().replace(/[^A-Z0-9]/g, '').match(/.{1,4}/g) || []).join('-');
    if (/^#[\w-]{16,}$/.test(location.hash)) {
      code.value = grouped(location.hash);
      // A code must not stay in the history, nor be copied with the address.
      history.replaceState(null, '', location.pathname + location.search);
    }
    code.addEventListener('change', () => { code.value = grouped(code.value); });
  }

  for (const button of all('[data-show]')) {
    const input = document.getElementById(button.dataset.show);
    button.hidden = false;
    button.addEventListener('click', () => {
      const show = input.type === 'password';
      input.type = show ? 'text' : 'password';
      button.ariaPressed = show;
    });
  }

  const filter = one('[data-filter]');
  filter?.addEventListener('input', () => {
    for (const item of all('[data-area]')) item.hidden = !item.dataset.area.includes(filter.value.trim());
  });
  if (filter) filter.parentElement.hidden = false;

  // Push.
  const iphone = /iPhone|iPad/.test(navigator.userAgent)
    || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
  const outside = iphone && !navigator.standalone && !matchMedia('(display-mode: standalone)').matches;
  let able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const panel = one('[data-says]');
  for (const element of all('[data-iphone]')) element.hidden = !outside;

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
    const kept = await call('subscriptions', 'POST', found);
    if (!kept.renew || !again) return true;
    await found.unsubscribe();
    return register(false);
  };

  const state = async () => {
    if (outside) return 'iphone';
    if (!able) return 'unable';
    if (Notification.permission === 'denied') return 'blocked';
    if (turnedOff()) return 'quiet';
    return Notification.permission === 'granted' && await (await manager()).getSubscription() ? 'on' : 'off';
  };

  const tell = async (words = '') => {
    const parts = all('[data-state]');
    const now = parts.length && await state();
    for (const part of parts) part.hidden = !part.dataset.state.split(' ').includes(now);
    if (panel) panel.textContent = words;
  };

  const turn = (work, done) => async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try { await tell(await work() ? done : ''); }
    catch { await tell('うまくいきませんでした。電波の届く所で、もう一度押してください。'); }
    button.disabled = false;
  };
  one('[data-on]')?.addEventListener('click', turn(async () => {
    if (await Notification.requestPermission() !== 'granted') return false;
    turnedOff(false);
    return register();
  }, '通知を入れました。'));
  one('[data-off]')?.addEventListener('click', turn(async () => {
    turnedOff(true);
    const found = await (await manager()).getSubscription();
    if (!found) return true;
    await call('subscriptions', 'POST', found).then(({ id }) => call('subscriptions/' + id, 'DELETE')).catch(() => {});
    return found.unsubscribe();
  }, '通知を切りました。'));

  const start = async () => {
    if (able && 'signedIn' in document.body.dataset) {
      await navigator.serviceWorker.register('/sw.js');
      await tell();
      // Phones drop subscriptions without a word: look with every page, in silence.
      if (Notification.permission === 'granted' && !turnedOff()) await register().catch(() => {});
    }
    await tell();
  };
  start().catch(() => { able = false; return tell(); });
})();
