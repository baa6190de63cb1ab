// On the first page after joining alone: when notifications are on, the notices are next.
'use strict';

(() => {
  const on = document.querySelector('[data-state="on"]');
  new MutationObserver(() => { if (!on.hidden) location.assign('/'); }).observe(on, { attributeFilter: ['hidden'] });
})();
