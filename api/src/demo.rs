//! A small city to look around in: あおば市, with two wards, made up whole.
//!
//! It is put into an empty database only, by the same verbs that a real city goes through. Its links are made anew with every start,
//! since codes are kept as hashes and can't be shown twice.

use std::error::Error;

use entity::{
    account, area, city,
    household::{self, Delivery},
    ids::CityId,
    notice::{Addressees, Category, Importance},
    seat::Role,
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DatabaseConnection, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, TransactionTrait as _,
};
use time::{Duration, OffsetDateTime};

use crate::{
    areas, households,
    identity::{self, Agent, Caller, code::Code, session::Device},
    notices::{self, Audience, Draft, Publishing},
    purposes::PURPOSES,
    receipts::{self, Stamp},
    seats::{self, Appointment},
    server::Ground,
};

/// The tree of the demo city.
const AREAS: &str = include_str!("../demo/areas.csv");
/// The code of the demo city: none that the national list has.
const CITY: &str = "999997";
/// Family names for who joined.
const NAMES: [&str; 10] = ["佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "山本", "中村", "小林", "加藤"];

/// A way to sign in as one kind of user.
#[derive(Debug)]
pub struct Link {
    /// Which kind.
    pub who: &'static str,
    /// Path and fragment.
    pub path: String,
}

/// A seat of the demo city.
struct Holder {
    who: &'static str,
    email: &'static str,
    name: &'static str,
    area: &'static str,
    role: Role,
    department: Option<&'static str>,
}

/// Who holds a seat.
const HOLDERS: [Holder; 6] = [
    Holder {
        who: "City staff",
        email: "koho@aoba.example",
        name: "青葉 みどり",
        area: CITY,
        role: Role::Staff,
        department: Some("広報課"),
    },
    Holder {
        who: "City staff, second person",
        email: "bosai@aoba.example",
        name: "森 守",
        area: CITY,
        role: Role::Staff,
        department: Some("危機管理課"),
    },
    Holder {
        who: "Ward staff",
        email: "kita@aoba.example",
        name: "北川 一郎",
        area: "999997-1",
        role: Role::Staff,
        department: Some("コミュニティ支援課"),
    },
    Holder {
        who: "Centre staff",
        email: "sakura-centre@aoba.example",
        name: "中央 桜",
        area: "999997-1-C1",
        role: Role::Staff,
        department: None,
    },
    Holder {
        who: "Association officer",
        email: "kaicho@sakura1.example",
        name: "大野 会長",
        area: "999997-1-01-001",
        role: Role::Officer,
        department: None,
    },
    Holder {
        who: "Group leader",
        email: "hancho@sakura1.example",
        name: "小川 班長",
        area: "999997-1-01-001.1",
        role: Role::Leader,
        department: None,
    },
];

/// Fills an empty database, and gives a link for each kind of user of the demo city, if it is there.
///
/// # Errors
/// The database's.
pub async fn prepare(ground: &Ground, owner: &DatabaseConnection) -> Result<Vec<Link>, Box<dyn Error>> {
    let now = ground.clock.now();
    let tx = owner.begin().await?;
    if city::Entity::find().count(&tx).await? == 0 {
        fill(&tx, ground).await?;
    }
    let city = city::Entity::find().filter(city::Column::Code.eq(CITY)).one(&tx).await?;
    let links = match city {
        Some(city) => links(&tx, city.id, now).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    Ok(links)
}

async fn fill(db: &impl ConnectionTrait, ground: &Ground) -> Result<(), Box<dyn Error>> {
    let now = ground.clock.now();
    areas::import_areas(db, AREAS.as_bytes(), now).await?;
    let slips = households::import_households(db, households().as_bytes(), true, now).await?.slips;
    for holder in &HOLDERS {
        let appointment = Appointment {
            email: holder.email.into(),
            name: holder.name.into(),
            role: holder.role,
            department: holder.department.map(str::to_owned),
        };
        let area = areas::find(db, None, holder.area).await?;
        seats::appoint(db, &area, appointment, now).await?;
    }
    // Two homes in three have joined, which is what a good association reaches.
    let mut residents = Vec::new();
    for (place, slip) in slips.iter().enumerate().filter(|(place, _)| place % 3 != 2) {
        let name = NAMES[place % NAMES.len()].to_owned();
        let joined = households::join(
            db,
            (&slip.code.to_print(), Some(name), Some(PURPOSES.version)),
            Device::Browser(Agent::default()),
            now,
        )
        .await?;
        residents.extend(Caller::load(db, joined.city, joined.session, ground.clock.today()).await?);
    }
    circulate(db, ground, &residents).await
}

/// `area_code,group,household,delivery`: 13 groups with 15 or 16 homes each.
fn households() -> String {
    let mut csv = String::from("area_code,group,household,delivery\n");
    let associations = ["999997-1-01-001", "999997-1-01-002", "999997-1-02-001", "999997-2-01-001", "999997-2-01-002"];
    for (number, association) in associations.iter().enumerate() {
        for group in 1..=3 - usize::from(number > 2) {
            for home in 1..=15 + group % 2 {
                let delivery = match home % 5 {
                    0 => Delivery::Paper,
                    1 => Delivery::Both,
                    4 => Delivery::Undecided,
                    _ => Delivery::Digital,
                };
                csv.push_str(&format!("{association},{group},{group}-{home},{}\n", delivery.to_value()));
            }
        }
    }
    csv
}

/// A month's circulars, the older the more read.
async fn circulate(db: &impl ConnectionTrait, ground: &Ground, residents: &[Caller]) -> Result<(), Box<dyn Error>> {
    let now = ground.clock.now();
    for (place, circular) in CIRCULARS.iter().enumerate() {
        let at = now - Duration::days(circular.days_ago) - Duration::minutes(7 * place as i64);
        let author = caller(db, circular.author, ground).await?;
        let draft = notices::draft(db, &author, circular.draft(), at).await?;
        let emergency = circular.importance == Importance::Emergency;
        let publisher = if emergency { caller(db, HOLDERS[0].email, ground).await?.person } else { author.person };
        let notice = notices::publish(db, draft, (publisher, Publishing::default()), at).await?;
        for (number, resident) in residents.iter().enumerate() {
            let reads = (number * 7 + place * 3) % 10 < circular.read_of_ten;
            if reads {
                let opened = at + Duration::minutes(2 + (number * 13 % 600) as i64);
                let stamp =
                    Stamp { who: resident.sign_in(), behalf: None, notice: notice.id, acknowledged: number % 4 != 0 };
                // Who may not read it leaves none.
                receipts::record(db, &[stamp], opened.min(now)).await?;
            }
        }
    }
    Ok(())
}

/// A seat holder as a caller.
async fn caller(db: &impl ConnectionTrait, email: &str, ground: &Ground) -> Result<Caller, Box<dyn Error>> {
    let account = account::Entity::find().filter(account::Column::Email.eq(email)).one(db).await?;
    let account = account.ok_or("a seat holder of the demo city is missing")?;
    let who = (account.city_id, account.person_id);
    let opened = identity::session::open(db, who, Device::Browser(Agent::default()), ground.clock.now()).await?;
    let caller = Caller::load(db, opened.city, opened.session, ground.clock.today()).await?;
    identity::session::end(db, opened.city, opened.session, ground.clock.now()).await?;
    caller.ok_or_else(|| "a seat holder of the demo city can't sign in".into())
}

async fn links(db: &impl ConnectionTrait, city: CityId, now: OffsetDateTime) -> Result<Vec<Link>, Box<dyn Error>> {
    let mut links = Vec::new();
    let group = area::Entity::with_codes(city, &["999997-1-01-001.2".to_owned()]).one(db).await?;
    let home = household::Entity::find()
        .filter(household::Column::CityId.eq(city))
        .filter(household::Column::AreaId.eq(group.ok_or("the demo city has lost a group")?.id))
        .order_by_asc(household::Column::Id)
        .one(db)
        .await?;
    let slip: Code =
        households::renew_slip(db, (city, home.ok_or("the demo city has lost a household")?.id), now).await?;
    links.push(Link { who: "Resident", path: format!("/join#{}", slip.to_print()) });
    for holder in HOLDERS.iter().rev() {
        let account = account::Entity::find().filter(account::Column::Email.eq(holder.email)).one(db).await?;
        let Some(account) = account.filter(|account| account.city_id == city) else { continue };
        let invitation = identity::renew_invitation(db, (city, account.person_id), now).await?;
        links.push(Link { who: holder.who, path: format!("/welcome#{}", invitation.code.to_print()) });
    }
    Ok(links)
}

/// A circular of the demo city.
struct Circular {
    author: &'static str,
    days_ago: i64,
    title: &'static str,
    body: &'static str,
    importance: Importance,
    category: Category,
    areas: &'static [&'static str],
    to: Addressees,
    drill: bool,
    read_of_ten: usize,
}

impl Circular {
    fn draft(&self) -> Draft {
        Draft {
            title: self.title.into(),
            body: self.body.trim().into(),
            importance: self.importance,
            category: self.category,
            audience: Audience { areas: self.areas.iter().map(|code| (*code).to_owned()).collect(), to: self.to },
            circulate_until: None,
            publish_at: None,
            drill: self.drill,
        }
    }
}

const CIRCULARS: [Circular; 7] = [
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
    },
    Circular {
        author: "bosai@aoba.example",
        days_ago: 13,
        title: "訓練　避難指示の発令",
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
    },
    Circular {
        author: "kaicho@sakura1.example",
        days_ago: 5,
        title: "公園清掃と芋煮会のご案内",
        body: "
日時：今度の日曜日　午前8時30分　桜公園に集合
清掃のあと、集会所で芋煮をふるまいます。お子さんもどうぞ。

軍手と、あれば草取り鎌をお持ちください。
小雨のときは行います。中止のときは、朝7時にこの回覧板でお知らせします。

参加費：無料
世話役：環境部",
        importance: Importance::Normal,
        category: Category::Event,
        areas: &["999997-1-01-001"],
        to: Addressees::Everyone,
        drill: false,
        read_of_ten: 6,
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
    },
];
