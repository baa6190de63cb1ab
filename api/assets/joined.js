// On the first page after joining alone: when notifications are on, what they came for is next.
'use strict';

(() => {
  const on = document.querySelector('[data-state="on"]');
  new MutationObserver(() => { if (!on.hidden) location.assign(document.querySelector('[data-next]').href); }).observe(on, { attributeFilter: ['hidden'] });
})();
