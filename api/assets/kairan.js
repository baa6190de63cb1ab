// Every page works without this.
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
    // Who chooses a language or a size comes back to this page, and the code with them, which only browsers see after a `#`.
    for (const form of all('footer form')) {
      form.addEventListener('submit', () => { form.action = form.action.split('#')[0] + '#' + grouped(code.value); });
    }
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

  // Where notifications arrive on an iPhone from the home screen alone: who says so is `push.js`, and the page of the joining code.
  const iphone = /iPhone|iPad/.test(navigator.userAgent)
    || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
  const installed = navigator.standalone || matchMedia('(display-mode: standalone)').matches;
  const outside = iphone && !installed;
  document.body.dataset.system = iphone ? 'iphone' : /Android/.test(navigator.userAgent) ? 'android' : 'desktop';
  document.body.dataset.outside = outside;
  for (const element of all('[data-iphone]')) element.hidden = !outside;
  for (const element of all('[data-home-screen]')) element.hidden = !installed;
  for (const element of all('[data-elsewhere]')) element.hidden = installed;
})();
