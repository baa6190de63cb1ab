//! That nothing is lost on a small screen with large type: 320 px wide and at 200 %, both at once, in every language.

use serde_json::Value;

use super::{
    pages::PAGES,
    stage::{LANGUAGES, Stage, phone},
};

/// What is cut off, hidden beside the screen or outside of what it stands in.
const LOOK: &str = r"(() => {
  const faults = [], wide = innerWidth, root = document.scrollingElement;
  const name = (e) => e.tagName.toLowerCase() + (e.className && e.className.trim ? '.' + e.className.trim().replace(/\s+/g, '.') : '');
  if (root.scrollWidth > wide) faults.push(`the page is ${root.scrollWidth} px wide`);
  const unseen = (e) => { for (; e; e = e.parentElement) { const s = getComputedStyle(e);
    if (s.display === 'none' || s.visibility === 'hidden' || s.clipPath !== 'none' || e.matches('.skip, rt, rp, option, title, svg *')) return true; } return false; };
  for (const e of document.body.querySelectorAll('*')) {
    const s = getComputedStyle(e);
    if (unseen(e)) continue;
    const holds = !['visible', 'auto', 'scroll'].includes(s.overflowX) && !e.matches('input, select, progress, svg, img');
    if (holds && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) faults.push(`${name(e)} cuts what it holds`);
    if (['auto', 'scroll'].includes(s.overflowX) && e.scrollWidth > e.clientWidth + 1) faults.push(`${name(e)} is to be moved sideways`);
    const box = e.getBoundingClientRect();
    if (e.naturalWidth && s.objectFit === 'fill' && Math.abs(e.clientWidth / e.clientHeight / (e.naturalWidth / e.naturalHeight) - 1) > .02) faults.push(`${name(e)} is squashed`);
    if (box.width && (box.left < -1 || box.right > wide + 1)) faults.push(`${name(e)} is at ${Math.round(box.left)} to ${Math.round(box.right)}`);
    if (e.matches('button, .button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, summary, label.choice, nav a, footer a') && box.height < 44) faults.push(`${name(e)} is ${Math.round(box.height)} px high`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    if (!text.data.trim() || unseen(text.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    let around = text.parentElement;
    while (getComputedStyle(around).display.match(/^(inline|ruby)/) && !around.matches('button, .button, .tag, .mark') && around.parentElement) around = around.parentElement;
    const box = around.getBoundingClientRect();
    const out = (empty = 0) => [...range.getClientRects()].some(({ left, right, width }) => left < box.left - 1 || right - width * empty > box.right + 1);
    // A space may hang over the end of a line, and so may the empty half of a closing mark (CSS Text 4, text-spacing-trim); a letter may not.
    if (out() && [...text.data].some((letter, place) => {
      range.setStart(text, place);
      range.setEnd(text, place + 1);
      return letter.trim() && out('、。，．）］｝〕〉》」』】'.includes(letter) ? .5 : 0);
    })) faults.push(`'${text.data.trim().slice(0, 20)}' stands out of ${name(around)}`);
  }
  return [...new Set(faults)];
})()";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_at_320_px_and_200_percent_in_any_language() {
    let stage = Stage::set().await;
    let mut chromium = phone(320);
    let mut faults = Vec::new();
    for (page, language) in PAGES.iter().flat_map(|page| LANGUAGES.map(|language| (page, language))) {
        stage.show(&mut chromium, page, language);
        for size in ["", "225%"] {
            // As if the type of the browser were twice as large; 100 % is 112.5 % of it (kairan.css).
            chromium.run(&format!("document.documentElement.style.fontSize = '{size}'"));
            let found = chromium.run(LOOK);
            let found = found.as_array().expect("faults").iter().filter_map(Value::as_str);
            faults.extend(found.map(|fault| format!("{} ({language} {size}): {fault}", page.name)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
