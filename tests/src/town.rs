//! The town of most tests: small enough to know by heart.
//!
//! ```text
//! あさひ市 900001
//! ├ 東区 900001-1
//! │ └ 山校区 900001-1-01 ── 山市民センター 900001-1-C1
//! │   ├ 山町内会 900001-1-01-001   groups 1 and 2, six homes each
//! │   └ 丘町内会 900001-1-01-002   six homes without groups
//! └ 西区 900001-2
//!   └ 川校区 900001-2-01
//!     └ 川町内会 900001-2-01-001   group 1, six homes
//! ```

/// The city.
pub const CITY: &str = "900001";
/// 東区
pub const EAST: &str = "900001-1";
/// 西区
pub const WEST: &str = "900001-2";
/// 山校区, in the east.
pub const DISTRICT: &str = "900001-1-01";
/// 山市民センター, for that district.
pub const CENTRE: &str = "900001-1-C1";
/// 山町内会, in the east.
pub const YAMA: &str = "900001-1-01-001";
/// Its first group.
pub const YAMA_1: &str = "900001-1-01-001.1";
/// Its second group.
pub const YAMA_2: &str = "900001-1-01-001.2";
/// 丘町内会, in the east too, without groups.
pub const OKA: &str = "900001-1-01-002";
/// 川町内会, in the west.
pub const KAWA: &str = "900001-2-01-001";

/// The tree, as it is imported.
pub const AREAS: &str = "\
code,parent_code,kind,name,latitude,longitude
900001,,city,あさひ市,,
900001-1,900001,ward,東区,,
900001-2,900001,ward,西区,,
900001-1-01,900001-1,district,山校区,33.9,130.9
900001-2-01,900001-2,district,川校区,,
900001-1-C1,900001-1-01,centre,山市民センター,,
900001-1-01-001,900001-1-01,association,山町内会,33.9,130.9
900001-1-01-002,900001-1-01,association,丘町内会,,
900001-2-01-001,900001-2-01,association,川町内会,,
";

/// The homes, as they are imported: in each group one on paper, one with both, one undecided, the others digital.
#[must_use]
pub fn households() -> String {
    let mut csv = String::from("area_code,group,household,delivery\n");
    for (association, group) in [(YAMA, "1"), (YAMA, "2"), (OKA, ""), (KAWA, "1")] {
        for (home, delivery) in ["digital", "digital", "digital", "undecided", "both", "paper"].iter().enumerate() {
            csv.push_str(&format!("{association},{group},{}号,{delivery}\n", home + 1));
        }
    }
    csv
}
