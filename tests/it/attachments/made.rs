//! Files to attach, made here byte by byte: good ones and bad ones.

use image::{ExtendedColorType, ImageEncoder as _, RgbImage, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder};

/// A PDF of so many empty pages, with further entries in its catalogue.
pub fn pdf(pages: usize, catalogue: &str) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R {catalogue}>>"),
        format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.join(" ")),
    ];
    objects.extend((0..pages).map(|_| "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned()));
    written(&objects, "")
}

/// A PDF that asks for a password.
pub fn locked_pdf() -> Vec<u8> {
    let digits = "5a".repeat(32);
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned(),
        format!("<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{digits}>/U<{digits}>>>"),
    ];
    written(&objects, "/Encrypt 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]")
}

fn written(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut text = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for (place, object) in objects.iter().enumerate() {
        offsets.push(text.len());
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", place + 1));
    }
    let (begins, size) = (text.len(), objects.len() + 1);
    text.push_str(&format!("xref\n0 {size}\n0000000000 65535 f \n"));
    for offset in offsets {
        text.push_str(&format!("{offset:010} 00000 n \n"));
    }
    text.push_str(&format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{begins}\n%%EOF\n"));
    text.into_bytes()
}

/// What an Exif block says of the place where a photo was taken: the middle of its latitude, as no picture has it by chance.
pub const PLACE: &[u8] = b"\x35\x8e\xd1\x0a\x64\x00\x00\x00";

/// A photo, lying on its side as a phone takes it, that knows where it was taken.
pub fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let shade = |n: u32| u8::try_from(n * 255 / (width * height)).expect("a shade");
        image::Rgb([shade(x * height), shade(y * width), shade(x * y)])
    });
    let mut plain = Vec::new();
    JpegEncoder::new(&mut plain).write_image(&picture, width, height, ExtendedColorType::Rgb8).expect("a photo");
    // TIFF, the smallest byte first: two entries, of which one leads to the place.
    let mut exif: Vec<u8> = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // turned by a quarter
    exif.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(b"\x02\0\x01\0\x02\0\0\0\x02\0\0\0N\0\0\0");
    exif.extend(b"\x02\0\x05\0\x03\0\0\0\x44\0\0\0\0\0\0\0");
    exif.extend(PLACE.repeat(3));
    let length = u16::try_from(exif.len() + 2).expect("a length").to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

/// A drawing of three colours.
pub fn drawing() -> Vec<u8> {
    let picture = RgbImage::from_fn(300, 200, |x, _| {
        image::Rgb([[200, 30, 30], [255, 255, 255], [30, 30, 200]][x as usize / 100])
    });
    let mut out = Vec::new();
    PngEncoder::new(&mut out).write_image(&picture, 300, 200, ExtendedColorType::Rgb8).expect("a drawing");
    out
}

/// A PNG of a few bytes that says it has nine hundred million pixels.
pub fn bomb() -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = 30_000_u32.to_be_bytes();
    for (kind, data) in
        [(b"IHDR", [&side[..], &side, b"\x08\x02\0\0\0"].concat()), (b"IDAT", vec![0; 20]), (b"IEND", vec![])]
    {
        out.extend(u32::try_from(data.len()).expect("a length").to_be_bytes());
        let chunk = [&kind[..], &data].concat();
        out.extend(&chunk);
        out.extend(checked(&chunk).to_be_bytes());
    }
    out
}

/// CRC-32 as PNG has it.
fn checked(bytes: &[u8]) -> u32 {
    let turned = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    });
    !turned
}
