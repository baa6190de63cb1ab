//! PDFs: how many pages, whether there is anything in them that acts by itself, and what the first page looks like.

use std::{fs, sync::Arc};

use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::{
        InterpreterSettings,
        font::{FontData, FontQuery},
        hayro_cmap::CidFamily,
    },
    hayro_syntax::{
        LoadPdfError, Pdf,
        object::{Dict, MaybeRef, Name, Object},
    },
    render,
    vello_cpu::color::palette::css::WHITE,
};
use image::RgbImage;

use super::{PAGES, PREVIEW, Refusal};

/// How deep objects within each other are looked at.
const DEPTH: u8 = 32;
/// Where Debian keeps Japanese letters, for files that do not bring their own.
const FONTS: [&str; 3] = [
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
    for object in pdf.objects() {
        acts(&object, DEPTH)?;
    }
    match pdf.pages().len() {
        0 => Err(Refusal::Broken),
        pages if pages > PAGES => Err(Refusal::TooManyPages(pages)),
        pages => u16::try_from(pages).map(|pages| (pdf, pages)).map_err(|_| Refusal::TooManyPages(pages)),
    }
}

/// Looks for what acts by itself: programs, calls of other programs, files within the file. What is referred to comes by as an object of its own.
fn acts(object: &Object<'_>, depth: u8) -> Result<(), Refusal> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Refusal::Broken) };
    match object {
        Object::Dict(dict) => within(dict, depth),
        Object::Stream(stream) => within(stream.dict(), depth),
        Object::Array(array) => array.raw_iter().try_for_each(|item| match item {
            MaybeRef::NotRef(item) => acts(&item, depth),
            MaybeRef::Ref(_) => Ok(()),
        }),
        _ => Ok(()),
    }
}

fn within(dict: &Dict<'_>, depth: u8) -> Result<(), Refusal> {
    let says = |key: &str, names: &[&str]| {
        dict.get::<Name<'_>>(key).is_some_and(|name| names.iter().any(|one| name.as_str() == *one))
    };
    if says("S", &["JavaScript", "Rendition"]) || dict.contains_key("XFA") {
        return Err(Refusal::Script);
    }
    if says("S", &["Launch", "ImportData", "SubmitForm"]) {
        return Err(Refusal::Launch);
    }
    let file = dict.contains_key("EF") && (dict.contains_key("F") || dict.contains_key("UF"));
    if file || says("Type", &["EmbeddedFile"]) || says("Subtype", &["FileAttachment", "RichMedia", "Movie", "Sound"]) {
        return Err(Refusal::Embedded);
    }
    dict.entries().try_for_each(|(_, item)| match item {
        MaybeRef::NotRef(item) => acts(&item, depth),
        MaybeRef::Ref(_) => Ok(()),
    })
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
