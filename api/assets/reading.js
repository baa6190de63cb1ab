// A notice is read aloud and printed: what its page offers besides the text, where the browser can.
'use strict';

(() => {
  const print = document.querySelector('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', () => window.print());
  }

  const button = document.querySelector('[data-aloud]');
  const speech = window.speechSynthesis;
  if (!button || !speech || !window.SpeechSynthesisUtterance) return;

  // What is to be read, piece by piece, each in its language. Readings above a word would be heard twice.
  const pieces = () => [...document.querySelectorAll('[data-read]')].flatMap((part) => {
    const lines = part.tagName === 'DL' ? [...part.children] : [part];
    return lines.flatMap((line) => {
      const copy = line.cloneNode(true);
      copy.querySelectorAll('rt, rp').forEach((reading) => reading.remove());
      const lang = line.closest('[lang]').lang;
      // Browsers stop in the middle of what is long.
      const sentences = copy.textContent.match(/[^。！？!?\n.]+[。！？!?.]*/g) || [];
      return sentences.map((text) => ({ text: text.trim(), lang })).filter(({ text }) => text);
    });
  });

  const voice = (lang) => {
    const fits = speech.getVoices().filter((one) => one.lang.toLowerCase().startsWith(lang));
    return fits.find((one) => one.localService) || fits[0];
  };

  // With a list of voices, and none for the text, there is nothing to hear. Some browsers have no list, and speak.
  const able = () => {
    const voices = speech.getVoices();
    return !voices.length || pieces().every(({ lang }) => voice(lang));
  };

  let reading = 0;
  const show = (busy) => {
    const [start, stop] = button.children;
    start.hidden = busy;
    stop.hidden = !busy;
  };
  const stop = () => {
    reading += 1;
    speech.cancel();
    show(false);
  };
  const next = (queue, turn) => {
    if (turn !== reading) return;
    const piece = queue.shift();
    if (!piece) {
      stop();
      return;
    }
    const said = new SpeechSynthesisUtterance(piece.text);
    said.lang = piece.lang === 'ja' ? 'ja-JP' : piece.lang;
    said.voice = voice(piece.lang) || null;
    said.onend = () => next(queue, turn);
    said.onerror = () => { if (turn === reading) stop(); };
    speech.speak(said);
  };

  button.addEventListener('click', () => {
    if (!button.children[0].hidden) {
      stop();
      show(true);
      next(pieces(), reading);
    } else {
      stop();
    }
  });
  window.addEventListener('pagehide', stop);
  const offer = () => { button.hidden = !able(); };
  speech.addEventListener?.('voiceschanged', offer);
  offer();
})();
