// Asks the device for a passkey, and sends its answer with the form. On the pages of passkeys alone.
'use strict';

(() => {
  const form = document.querySelector('[data-passkey]');
  if (!form) return;
  const one = (selector) => form.querySelector(selector);
  const button = one('[data-ask]');
  const told = one('[data-told]');
  if (!window.PublicKeyCredential) {
    document.querySelector('[data-unable]').hidden = false;
    return;
  }

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  const { publicKey } = JSON.parse(form.dataset.options);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const known of [...(publicKey.excludeCredentials || []), ...(publicKey.allowCredentials || [])]) {
    known.id = bytes(known.id);
  }

  const answer = ({ id, rawId, type, response }) => ({
    id,
    rawId: text(rawId),
    type,
    extensions: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  });

  // The page brings the words, in its own language.
  const reasons = { NotAllowedError: form.dataset.dropped, InvalidStateError: form.dataset.known };

  button.disabled = false;
  form.addEventListener('submit', async (event) => {
    if (one('[name=credential]').value) return;
    event.preventDefault();
    button.disabled = true;
    told.hidden = true;
    try {
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      one('[name=credential]').value = JSON.stringify(answer(credential));
      form.requestSubmit();
    } catch (error) {
      told.textContent = reasons[error.name] || form.dataset.failed;
      told.hidden = false;
      button.disabled = false;
    }
  });
})();
