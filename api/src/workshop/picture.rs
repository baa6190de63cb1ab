//! Pictures: decoded within limits, turned upright, made no larger than a screen needs, and written anew without anything but their pixels.

use std::{collections::HashSet, io::Cursor};

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::thumbnail,
};

use super::{PREVIEW, PREVIEW_WEIGHT, Refusal, said::Opened};

/// The longest side that is opened, in pixels.
const LONGEST: u32 = 20_000;
/// The most that a decoded picture may take, in bytes: 66 megapixels of a photo, of which phones make 12 to 50.
const DECODED: u64 = 200 * 1024 * 1024;
/// The longest side that is kept, in pixels.
const KEPT: u32 = 2_560;
/// A picture of no more colours than these is drawn and not taken, and is smaller and sharper as PNG.
const FEW: usize = 256;
/// How well a picture is written, of 100; and a preview, until it is light enough.
const QUALITY: u8 = 85;
const PREVIEW_QUALITIES: [u8; 4] = [75, 60, 45, 30];

/// The pixels of a picture, upright, on white where it lets something shine through.
///
/// # Errors
/// [`Refusal::TooManyPixels`] before any memory is taken for them; [`Refusal::Broken`].
pub(super) fn open(bytes: &[u8], kind: Opened) -> Result<RgbImage, Refusal> {
    let format = match kind {
        Opened::Jpeg => ImageFormat::Jpeg,
        Opened::Png => ImageFormat::Png,
        Opened::Webp => ImageFormat::WebP,
        Opened::Pdf => return Err(Refusal::Kind),
    };
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Broken,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    if decoder.total_bytes() > DECODED {
        return Err(Refusal::TooManyPixels);
    }
    let upright = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if picture.width().max(picture.height()) > KEPT {
        picture = picture.thumbnail(KEPT, KEPT);
    }
    picture.apply_orientation(upright);
    Ok(on_white(picture))
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        let over = |colour: u32| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        Rgb([over(r), over(g), over(b)])
    })
}

/// The file that is kept, and whether it is a PNG: where it was one and has few colours. None where it can't be written.
pub(super) fn written(picture: &RgbImage, kind: Opened) -> Option<(bool, Vec<u8>)> {
    if kind == Opened::Png && has_few_colours(picture) {
        let mut out = Vec::new();
        picture.write_with_encoder(PngEncoder::new(&mut out)).ok()?;
        return Some((true, out));
    }
    Some((false, jpeg(picture, QUALITY)?))
}

fn has_few_colours(picture: &RgbImage) -> bool {
    let mut colours = HashSet::new();
    picture.pixels().all(|pixel| {
        colours.insert(pixel.0);
        colours.len() <= FEW
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)).ok()?;
    Some(out)
}

/// A small JPEG of a picture: the sharpest one that is light enough, and its sides in pixels.
pub(super) fn preview(picture: &RgbImage) -> Option<((u16, u16), Vec<u8>)> {
    for longest in [PREVIEW, PREVIEW * 2 / 3, PREVIEW / 3] {
        let small = smaller(picture, longest);
        let sides = (u16::try_from(small.width()).ok()?, u16::try_from(small.height()).ok()?);
        for quality in PREVIEW_QUALITIES {
            let bytes = jpeg(&small, quality)?;
            if bytes.len() <= PREVIEW_WEIGHT {
                return Some((sides, bytes));
            }
        }
    }
    None
}

fn smaller(picture: &RgbImage, longest: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= longest {
        return picture.clone();
    }
    let side = |side: u32| u32::try_from(u64::from(side) * u64::from(longest) / u64::from(longer)).unwrap_or(1).max(1);
    thumbnail(picture, side(width), side(height))
}
