//! A list of notices as pages show it: what waits first, then what is over, month by month; and by what it can be narrowed.
//!
//! It comes in pages by time, and what waits is first on each of them: an emergency that is not on the first page is behind fifty others.

use entity::{area, category::Category, notice};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};
use time::OffsetDateTime;

use super::{
    Entry, SentBy, Wanted,
    category::{name, telling_name},
    feed, feed_and_number,
    query::{Asked, LONGEST},
    senders::{name_of, senders},
    view::{Item, Marks, State},
};
use crate::{
    clock::JAPAN,
    identity::Caller,
    lock_screen::text_in,
    problem::Problem,
    say::{Language, Message, Words},
    web::{
        Cursor,
        dates::{Ago, MonthOf},
        language::spoken,
    },
};

/// Notices on a page.
const ON_A_PAGE: u64 = 50;
/// So many hits are counted; then they are many.
const COUNTED: u64 = 1_000;

/// Where a list stands, and what it calls what waits.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its address.
    pub path: String,
    /// Below which the notices have their pages.
    pub base: String,
    /// A key: the notices that wait.
    pub waiting: &'static str,
    /// A key: the same with their number.
    pub waiting_count: &'static str,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Emergencies without the stamp.
    pub emergencies: Vec<Item>,
    /// What else is unread, must-read first.
    pub unread: Vec<Item>,
    /// How that is called.
    pub unread_title: Message,
    /// The others.
    pub months: Vec<Month>,
    /// By what it is narrowed, and can be.
    pub finder: Finder,
    /// Whether it is the first page.
    pub first: bool,
    /// The next page.
    pub more: Option<String>,
}

/// What came out in a month.
#[derive(Clone, Debug)]
pub struct Month {
    /// Which.
    pub month: MonthOf,
    /// Newest first.
    pub items: Vec<Item>,
}

/// What a list is narrowed by.
#[derive(Clone, Debug)]
pub struct Finder {
    /// The list's address, with everything in it.
    pub all: String,
    /// The words.
    pub q: String,
    /// The longest that they can be.
    pub longest: usize,
    /// From whom, as a form has it.
    pub from: Option<&'static str>,
    /// About what, as a form has it.
    pub category: Option<String>,
    /// From whom and about what, in words: keys.
    pub narrowed: Vec<&'static str>,
    /// From whom it can be.
    pub senders: Vec<Chip>,
    /// About what it can be.
    pub categories: Vec<Chip>,
    /// How many notices were found; none: nothing is looked for.
    pub hits: Option<Message>,
    /// The same words in the whole list, where they were looked for in a part.
    pub wider: Option<String>,
}

/// A choice that is a link.
#[derive(Clone, Debug)]
pub struct Chip {
    /// Where it leads.
    pub href: String,
    /// A key.
    pub name: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A page of what reaches `caller`, as it was asked for.
///
/// # Errors
/// The database's.
pub async fn listed(
    db: &impl ConnectionTrait,
    caller: &Caller,
    (asked, place): (&Asked, Place),
    now: OffsetDateTime,
) -> Result<Listed, Problem> {
    let only = asked.search();
    let (searching, limit) = (only.is_some(), ON_A_PAGE + 1);
    let wanted = Wanted { caller: caller.clone(), cursor: asked.cursor, limit, only };
    let (mut entries, found) = if searching {
        let (entries, found) = feed_and_number(db, wanted, COUNTED + 1, now).await?;
        (entries, Some(found))
    } else {
        (feed(db, wanted, now).await?, None)
    };
    let more = entries.len() as u64 > ON_A_PAGE;
    entries.truncate(usize::try_from(ON_A_PAGE).unwrap_or(50));
    let last = entries.last().filter(|_| more).and_then(|entry| Some((entry.notice.published_at?, entry.notice.id.0)));
    let next = |(at, id)| Asked { cursor: Some(Cursor { at, id }), ..asked.clone() }.href(&place.path);
    let sending = senders(db, entries.iter().map(|entry| &*entry.notice)).await?;
    let items = entries.iter().map(|entry| (entry, item(entry, (&sending, &place.base), now)));
    let (mut emergencies, mut unread) = (Vec::new(), Vec::new());
    let mut months: Vec<Month> = Vec::new();
    for (entry, item) in items {
        let open = entry.notice.withdrawn_at.is_none() && entry.notice.closed_at.is_none();
        if open && item.marks.emergency && !item.state.acknowledged {
            emergencies.push(item);
        } else if item.state.unread {
            unread.push(item);
        } else {
            let month = MonthOf(item.at.at.to_offset(JAPAN).date());
            match months.last_mut().filter(|last| last.month.same(month)) {
                Some(last) => last.items.push(item),
                None => months.push(Month { month, items: vec![item] }),
            }
        }
    }
    unread.sort_by_key(|item| !item.marks.must_read);
    // A number that leaves out what is on other pages would be wrong.
    let whole = asked.cursor.is_none() && !more;
    let unread_title = match whole {
        true => Message::new(place.waiting_count).with("count", unread.len()),
        false => Message::new(place.waiting),
    };
    let more = last.map(next);
    let finder = finder(asked, place.path, found);
    Ok(Listed { emergencies, unread, unread_title, months, finder, first: asked.cursor.is_none(), more })
}

impl Listed {
    /// Whether there is nothing on the page.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.emergencies.is_empty() && self.unread.is_empty() && self.months.is_empty()
    }
}

/// By what a phone sees that what it keeps of a notice is not what stands there: its revision, the language of the page, and whether it is withdrawn.
#[must_use]
pub fn edition(notice: &notice::Model) -> String {
    let withdrawn = if notice.withdrawn_at.is_some() { "-withdrawn" } else { "" };
    format!("{}-{}{withdrawn}", notice.revision, spoken().code())
}

fn item(Entry { notice, receipt }: &Entry, (senders, base): (&[area::Model], &str), now: OffsetDateTime) -> Item {
    let (language, title, _) = text_in(notice, spoken());
    Item {
        href: format!("{base}/n/{}", notice.id),
        title: Words { text: title.to_owned(), furigana: language == Language::Easy },
        lang: language.tag(),
        edition: edition(notice),
        sender: name_of(senders, notice),
        at: Ago { at: notice.published_at.unwrap_or(notice.created_at), now },
        marks: Marks::of(notice),
        category: telling_name(notice.category),
        state: State {
            unread: receipt.is_none() && notice.withdrawn_at.is_none() && notice.closed_at.is_none(),
            read: receipt.is_some(),
            acknowledged: receipt.as_ref().is_some_and(|receipt| receipt.acknowledged_at.is_some()),
        },
    }
}

fn finder(asked: &Asked, path: String, found: Option<usize>) -> Finder {
    // Whoever narrows a list differently begins with its first page.
    let asked = Asked { cursor: None, ..asked.clone() };
    let from = |from: Option<SentBy>| Chip {
        href: Asked { from, ..asked.clone() }.href(&path),
        name: from.map_or("list-from-all", sender_name),
        chosen: asked.from == from,
    };
    let category = |category: Option<Category>| Chip {
        href: Asked { category, ..asked.clone() }.href(&path),
        name: category.map_or("list-category-all", name),
        chosen: asked.category == category,
    };
    let in_part = asked.from.is_some() || asked.category.is_some();
    let wider = Asked { q: asked.q.clone(), ..Asked::default() };
    Finder {
        longest: LONGEST,
        from: asked.from.map(SentBy::value),
        category: asked.category.map(|category| category.to_value()),
        narrowed: asked.from.map(sender_name).into_iter().chain(asked.category.map(name)).collect(),
        senders: std::iter::once(None).chain(SentBy::ALL.map(Some)).map(from).collect(),
        categories: std::iter::once(None).chain(Category::iter().map(Some)).map(category).collect(),
        hits: found.map(|found| match found as u64 > COUNTED {
            true => Message::new("list-hits-many").with("count", COUNTED),
            false => Message::new("list-hits").with("count", found),
        }),
        wider: (in_part && !asked.q.is_empty()).then(|| wider.href(&path)),
        q: asked.q,
        all: path,
    }
}

fn sender_name(from: SentBy) -> &'static str {
    match from {
        SentBy::City => "list-from-city",
        SentBy::Association => "list-from-association",
    }
}
