//! PDFs: how many pages, whether there is anything in them that acts by itself, and what the first page looks like.

use std::{fs, sync::Arc};

use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::{
        InterpreterSettings,
        font::{FontData, FontQuery},
        hayro_cmap::CidFamily,
    },
    hayro_syntax::{LoadPdfError, Pdf},
    render,
    vello_cpu::color::palette::css::WHITE,
};
use image::RgbImage;

use super::{PAGES, PREVIEW, Refusal, acts};

/// Where Debian keeps Japanese letters, for files that do not bring their own.
pub(super) const FONTS: [&str; 3] = [
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
];

/// A PDF that may be handed on, and its number of pages. Who locks printing and copying alone, without a password to open it, has locked nothing for a
/// reader.
///
/// # Errors
/// The reason why it may not.
pub(super) fn open(bytes: Vec<u8>) -> Result<(Pdf, u16), Refusal> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Refusal::Encrypted,
        LoadPdfError::Invalid => Refusal::Broken,
    })?;
    acts::look(&pdf)?;
    match pdf.pages().len() {
        0 => Err(Refusal::Broken),
        pages if pages > PAGES => Err(Refusal::TooManyPages(pages)),
        pages => u16::try_from(pages).map(|pages| (pdf, pages)).map_err(|_| Refusal::TooManyPages(pages)),
    }
}

/// The first page, as large as a preview. None where it has no size that could be drawn.
pub(super) fn first_page(pdf: &Pdf) -> Option<RgbImage> {
    let page = pdf.pages().iter().next()?;
    let (width, height) = page.render_dimensions();
    let scale = PREVIEW as f32 / width.max(height);
    if !scale.is_finite() || width * scale < 8.0 || height * scale < 8.0 {
        return None;
    }
    let settings = InterpreterSettings { font_resolver: Arc::new(font), ..Default::default() };
    let pixels = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &pixels);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let colours = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied());
    RgbImage::from_raw(width, height, colours.collect())
}

/// Letters for a file that does not bring its own: those of the fourteen fonts that every reader has, and for Japanese those of the system.
fn font(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(wanted) => {
            match wanted.character_collection.as_ref().map(|collection| &collection.family) {
                Some(CidFamily::AdobeJapan1) => {
                    let bytes = FONTS.iter().find_map(|path| fs::read(path).ok())?;
                    Some((Arc::new(bytes), 0))
                }
                _ => Some(wanted.pick_standard_font().get_font_data()),
            }
        }
    }
}
