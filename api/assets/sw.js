// The service worker: shows what arrives, opens what is tapped, and registers again when the browser changes its address.
'use strict';

// Where there is no net.
self.importScripts('/assets/waiting.js', '/assets/shell.js', '/assets/shelf.js', '/assets/away.js');

const FALLBACK = 'お知らせがあります';
// The list and the notices: what is open may be from before a correction. On other pages somebody may be filling something in.
const READ = /^\/(n\/[^/]+)?$/;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// A push that shows nothing is counted against us: Safari takes the permission back after three of them. So something is
// shown whatever arrived, and nothing is fetched before.
self.addEventListener('push', (event) => event.waitUntil(show(read(event.data))));

function read(data) {
  try {
    const { notification } = data.json();
    return notification && typeof notification === 'object' ? notification : {};
  } catch {
    return {};
  }
}

async function show(said) {
  const text = (value) => (typeof value === 'string' ? value : '');
  const data = said.data && typeof said.data === 'object' ? said.data : {};
  const tag = text(said.tag) || text(data.notice);
  const revision = Number(data.revision) || 1;
  const options = {
    body: text(said.body),
    lang: text(said.lang) || 'ja',
    icon: '/assets/icon-192.png',
    badge: '/assets/badge.png',
    data: { navigate: text(said.navigate), notice: text(data.notice) || tag, revision },
  };
  let title = text(said.title) || FALLBACK;
  try {
    if (tag) {
      // The tag makes the same notice replace itself. It rings again only when it was corrected, not when it was sent twice.
      const [there] = await self.registration.getNotifications({ tag });
      const known = (there && there.data && there.data.revision) || 0;
      Object.assign(options, { tag, renotify: known < revision });
      // A service may bring the text before a correction after it: the correction stays.
      if (known > revision) {
        title = there.title;
        Object.assign(options, { body: there.body, lang: there.lang, data: there.data });
      }
    }
    await self.registration.showNotification(title, options);
  } catch {
    await self.registration.showNotification(FALLBACK, { lang: 'ja', data: options.data });
  }
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(target(event.notification.data || {})));
});

// Only ever a page of our own.
function target({ navigate, notice }) {
  const page = notice ? `/n/${encodeURIComponent(notice)}` : '/';
  try {
    const url = new URL(navigate || page, self.location.origin);
    if (url.origin === self.location.origin) return url.href;
  } catch {
    // Not an address: the notice's own page, below.
  }
  return new URL(page, self.location.origin).href;
}

async function open(href) {
  // A window that is not this worker's can't be shown anything: the page opens in another one.
  const windows = await self.clients.matchAll({ type: 'window' });
  const there = windows.find((one) => one.url.split('#')[0] === href);
  if (!there) return self.clients.openWindow(href);
  // To the front first: browsers allow that for a moment after a tap, and the page may take longer.
  await there.focus().catch(() => {});
  return READ.test(new URL(href).pathname) ? there.navigate(href).catch(() => self.clients.openWindow(href)) : there;
}

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)));

async function renew(event) {
  const options = event.oldSubscription && event.oldSubscription.options;
  const next = event.newSubscription
    || (options && await self.registration.pushManager.subscribe({
      userVisibleOnly: true, applicationServerKey: options.applicationServerKey }));
  // Without an old one the next page that is opened does it.
  const before = event.oldSubscription && event.oldSubscription.endpoint;
  if (next && (await kept(next, before)).renew) {
    // It does not ring: its key is another, or its push service has given it up.
    const { public_key: key } = await (await fetch('/api/v1/push/key')).json();
    await next.unsubscribe();
    const afresh = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await kept(afresh, next.endpoint);
  }
}

// What waits for the address before then rings at this one.
async function kept(subscription, before) {
  const body = JSON.stringify({ ...JSON.parse(JSON.stringify(subscription)), replaces: before || undefined });
  const answer = await fetch('/api/v1/push/subscriptions', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  return answer.ok ? answer.json() : {};
}
