//! QR codes as pictures in a page.

use fast_qr::{QRBuilder, QRCode};

/// A QR code as the path of a picture, one unit to a square.
#[derive(Clone, Debug)]
pub struct QrPicture {
    /// Units to a side.
    pub size: usize,
    /// The dark squares.
    pub path: String,
}

impl QrPicture {
    /// The picture of a text; none where it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        QRBuilder::new(text).build().ok().map(|code| Self::draw(&code))
    }

    /// The dark squares, and around them the margin without which no camera finds the code.
    fn draw(code: &QRCode) -> Self {
        const MARGIN: usize = 4;
        let dark = |(x, y): &(usize, usize)| code[*y][*x].value();
        let places = (0..code.size).flat_map(|y| (0..code.size).map(move |x| (x, y)));
        let square = |(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        Self { size: code.size + 2 * MARGIN, path: places.filter(dark).map(square).collect() }
    }
}
