//! What the demo city has sent in a month.

use entity::{
    category::Category,
    notice::{Addressees, Importance},
};
use time::{Date, Weekday, macros::time};

use super::CITY;
use crate::notices::{Audience, Contact, Draft, Facts, Text, Versions, When};

/// A circular of the demo city.
pub(super) struct Circular {
    pub(super) author: &'static str,
    pub(super) days_ago: i64,
    title: &'static str,
    body: &'static str,
    pub(super) importance: Importance,
    category: Category,
    areas: &'static [&'static str],
    to: Addressees,
    drill: bool,
    pub(super) read_of_ten: usize,
    /// What it tells of and its versions, where it has any; made on the day on which it goes out.
    more: Option<fn(Date) -> (Facts, Versions)>,
    /// What is attached to it: names and files.
    pub(super) files: &'static [(&'static str, &'static [u8])],
}

/// When garbage is collected at the turn of the year, two pages; and a poster for the cleaning of the park.
const GARBAGE: &[(&str, &[u8])] = &[("年末年始のごみ収集.pdf", include_bytes!("../../demo/garbage.pdf"))];
const POSTER: &[(&str, &[u8])] = &[("公園清掃と芋煮会.jpg", include_bytes!("../../demo/poster.jpg"))];

impl Circular {
    /// What its author writes on a day.
    pub(super) fn draft(&self, today: Date) -> Draft {
        let (facts, versions) = self.more.map(|more| more(today)).unwrap_or_default();
        Draft {
            title: self.title.into(),
            body: self.body.trim().into(),
            importance: self.importance,
            category: self.category,
            audience: Audience { areas: self.areas.iter().map(|code| (*code).to_owned()).collect(), to: self.to },
            circulate_until: None,
            publish_at: None,
            drill: self.drill,
            facts,
            versions,
        }
    }
}

/// The cleaning of the park, on the next Sunday.
fn cleaning(today: Date) -> (Facts, Versions) {
    let day = today.next_occurrence(Weekday::Sunday);
    let at = |hour| Some(When { day, hour: Some(hour) });
    let words = |text: &str| Some(text.to_owned());
    let facts = Facts {
        starts: at(time!(8:30)),
        ends: at(time!(11:00)),
        place: words("桜公園"),
        for_whom: words("どなたでも"),
        fee: words("無料"),
        answer_by: None,
        contact: Contact { name: words("環境部"), phone: words("093-555-0123"), mail: None },
    };
    let text = |title: &str, body: &str| Some(Text { title: title.to_owned(), body: body.to_owned() });
    let versions = Versions {
        easy: text(
            "｜公園《こうえん》を そうじします。いもを ｜煮《に》て ｜食《た》べます",
            "｜公園《こうえん》に ｜集《あつ》まって、そうじを します。
そうじの ｜後《あと》で、いもの ｜料理《りょうり》を ｜食《た》べます。｜子《こ》どもも ｜来《き》て ください。

てぶくろを もって ｜来《き》て ください。
｜雨《あめ》が ｜少《すこ》しだけのときは、します。やめるときは、｜朝《あさ》7｜時《じ》に ｜知《し》らせます。",
        ),
        english: text(
            "Park cleaning and taro soup",
            "We meet in the park and clean it together. Afterwards there is taro soup at the meeting hall. Children are welcome.

Please bring work gloves and, if you have one, a sickle for weeding.
We also meet in light rain. If we have to cancel, we say so here at 7 in the morning.",
        ),
    };
    (facts, versions)
}

pub(super) const CIRCULARS: [Circular; 7] = [
    Circular {
        author: "koho@aoba.example",
        days_ago: 26,
        title: "あおば市 総合防災訓練を行います",
        body: "
日時：今月の第2日曜日　午前9時から11時まで（雨の日は中止します）
場所：各小学校の校庭
持ち物：飲み物、帽子、軍手

午前9時に防災無線でサイレンを鳴らします。訓練ですので、あわてずにお近くの小学校へお集まりください。
お体の不自由な方は、ご自宅で「まず低く、頭を守り、動かない」の姿勢をとってください。

問い合わせ：あおば市 危機管理課（市役所3階）",
        importance: Importance::MustRead,
        category: Category::Disaster,
        areas: &[CITY],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 9,
        more: None,
        files: &[],
    },
    Circular {
        author: "kita@aoba.example",
        days_ago: 19,
        title: "年末年始のごみ収集日が変わります",
        body: "
燃やすごみ：12月30日（水）まで　／　1月4日（月）から
資源ごみ　：12月28日（月）まで　／　1月6日（水）から

12月31日から1月3日までは収集しません。ごみ置き場に出さないようお願いします。
粗大ごみの申し込みは、12月18日までに北区役所へお電話ください。",
        importance: Importance::Normal,
        category: Category::Garbage,
        areas: &["999997-1"],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 8,
        more: None,
        files: GARBAGE,
    },
    Circular {
        author: "bosai@aoba.example",
        days_ago: 13,
        title: "避難指示の発令",
        body: "
これは訓練です。実際の避難は必要ありません。

大雨により川の水位が上がったと想定して、避難指示をお送りしています。
届いた方は「確認しました」を押してください。届き方を確かめるための訓練です。",
        importance: Importance::Emergency,
        category: Category::Disaster,
        areas: &["999997-1-01"],
        to: Addressees::Everyone,
        drill: true,
        read_of_ten: 8,
        more: None,
        files: &[],
    },
    Circular {
        author: "koho@aoba.example",
        days_ago: 9,
        title: "来年度の補助金申請について（役員の方へ）",
        body: "
自治会活動補助金の申請を受け付けます。

締め切り：来月15日（必着）
提出するもの：申請書、今年度の決算見込み、役員名簿
提出先：各区役所 コミュニティ支援課

昨年と同じ内容の場合は、申請書だけで構いません。",
        importance: Importance::MustRead,
        category: Category::Office,
        areas: &[CITY],
        to: Addressees::Officers,
        drill: false,
        read_of_ten: 7,
        more: None,
        files: &[],
    },
    Circular {
        author: "kaicho@sakura1.example",
        days_ago: 5,
        title: "公園清掃と芋煮会のご案内",
        body: "
清掃のあと、集会所で芋煮をふるまいます。お子さんもどうぞ。

軍手と、あれば草取り鎌をお持ちください。
小雨のときは行います。中止のときは、朝7時にこの回覧板でお知らせします。",
        importance: Importance::Normal,
        category: Category::Event,
        areas: &["999997-1-01-001"],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 6,
        more: Some(cleaning),
        files: POSTER,
    },
    Circular {
        author: "hancho@sakura1.example",
        days_ago: 2,
        title: "ごみ置き場の当番表",
        body: "
来月からの当番です。

第1週　1番から4番のお宅
第2週　5番から8番のお宅
第3週　9番から12番のお宅
第4週　13番から16番のお宅

当番の週は、ネットの片づけをお願いします。都合の悪い方は、班長までお知らせください。",
        importance: Importance::Normal,
        category: Category::Garbage,
        areas: &["999997-1-01-001.1"],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 5,
        more: None,
        files: &[],
    },
    Circular {
        author: "koho@aoba.example",
        days_ago: 0,
        title: "インフルエンザ予防接種の費用を助成します",
        body: "
対象：65歳以上の市民の方
自己負担：1,500円（市民税が非課税の世帯の方は無料）
期間：来年1月31日まで

かかりつけの医院に電話で予約し、保険証をお持ちください。
協力医院の一覧は、市役所・区役所・市民センターの窓口にあります。",
        importance: Importance::Fyi,
        category: Category::Health,
        areas: &[CITY],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 3,
        more: None,
        files: &[],
    },
];
