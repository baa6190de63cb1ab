//! What the page of one notice shows: the text in the reader's language, its facts, what a correction changed, the receipt.

use entity::{area, notice, receipt, receipt::Source, revision};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use serde::Deserialize;
use similar::{ChangeTag, TextDiff};

use super::pages::sees_coverage;
use crate::{
    identity::{Caller, Home},
    lock_screen::text_in,
    notices::{
        Content, Facts, Readable, Text, Versions,
        attachments::{self, Changed, view::FilesView},
        category, corrections,
        facts_view::{Fact, FactsView, changed},
        listed::edition,
        view::{
            self, Behalf, Change, Correction, Marks, NoticePage, OfficeLinks, Part, Shown, VersionLink, Withdrawal,
        },
    },
    problem::Problem,
    say::{Language, Message, Says, Target, Words},
    web::{
        dates::{Day, Moment, Stamped},
        language::spoken,
        page::{Frame, Section, Who},
    },
};

/// In which language a reader wants the text, where it is another one than the page's.
#[derive(Debug, Deserialize)]
pub struct Reading {
    text: Option<String>,
}

impl Reading {
    fn language(&self) -> Language {
        self.text.as_deref().and_then(|code| code.parse().ok()).unwrap_or_else(spoken)
    }
}

/// The page of a notice for who answers for a household: with its receipt, as it stands, and the button in its name.
///
/// # Errors
/// The database's.
pub async fn notice_for(
    db: &impl ConnectionTrait,
    found: Readable,
    (home, reading): (&Home, &Reading),
) -> Result<NoticePage, Problem> {
    let key = (found.notice.city_id, home.household.into(), found.notice.id);
    let receipt = receipt::Entity::find_by_id(key).one(db).await?;
    let back = format!("/proxies/{}", home.household);
    let facts = FactsView::of(&Facts::from(&found.notice), None);
    let mut page = notice_page(db, found, (receipt, reading)).await?;
    // The calendar's file is for whom the notice reaches.
    page.facts = facts;
    page.receipt.action = format!("{back}{}", page.receipt.action);
    page.files.base = format!("{back}{}", page.files.base);
    page.receipt.seen_by = "notice-seen-for";
    page.behalf = Some(Behalf { name: home.label.clone(), back });
    Ok(page)
}

/// The page of a notice, with the receipt of who reads it.
pub(super) async fn notice_page(
    db: &impl ConnectionTrait,
    found: Readable,
    (receipt, reading): (Option<receipt::Model>, &Reading),
) -> Result<NoticePage, Problem> {
    let Readable { caller, notice, editable } = found;
    let sender = area::Entity::find_by_id((notice.city_id, notice.sender_area_id)).one(db).await?;
    let replaced = corrections(db, &notice).await?;
    let versions = Versions::from(&notice);
    let dropped = versions.dropped(replaced.iter().map(Versions::from));
    let mut corrections = each(&replaced, Content::from(&notice));
    let made: Vec<i32> = replaced.iter().map(|row| row.revision).collect();
    for (correction, files) in corrections.iter_mut().zip(attachments::changed(db, &notice, &made).await?) {
        correction.changes.extend(file_changes(files));
    }
    let base = format!("/n/{}", notice.id);
    let edit = |verb: &str| notice.withdrawn_at.is_none().then(|| format!("/notices/{}/{verb}", notice.id));
    let (language, title, body) = text_in(&notice, reading.language());
    let text = Shown::new(language, Text { title: title.to_owned(), body: body.to_owned() });
    Ok(NoticePage {
        frame: Frame::new(text.title.say(language, Target::Plain), Who::from(&caller)).at(Section::Notices),
        edition: edition(&notice),
        versions: links(&versions, language),
        dropped,
        text,
        facts: FactsView::of(&Facts::from(&notice), notice.withdrawn_at.is_none().then_some(&base)),
        files: FilesView::of(db, &notice).await?,
        sender: sender.map(|area| area.name).unwrap_or_default(),
        at: Moment(notice.published_at.unwrap_or(notice.created_at)),
        until: notice.circulate_until.map(Day),
        marks: Marks::of(&notice),
        category: category::telling_name(notice.category),
        corrections,
        withdrawal: notice
            .withdrawn_at
            .map(|at| Withdrawal { at: Moment(at), reason: notice.withdrawn_reason.clone() }),
        unsent: None,
        receipt: view::Receipt {
            action: format!("{base}/receipt"),
            asked: matches!(notice.importance, notice::Importance::Emergency | notice::Importance::MustRead),
            seen_by: seen_by(&caller),
            acknowledged: receipt.as_ref().and_then(|receipt| receipt.acknowledged_at).map(Stamped),
            closed: notice.closed_at.is_some(),
            source: receipt.as_ref().and_then(|receipt| source(receipt.source)),
        },
        coverage: sees_coverage(&caller).then(|| format!("{base}/coverage")),
        office: editable.then(|| OfficeLinks {
            delivery: format!("{base}/delivery"),
            correct: edit("correct"),
            withdraw: edit("withdraw"),
        }),
        behalf: None,
        print: None,
    })
}

/// Where it can be read in which language, the original first; none where there is no choice.
fn links(versions: &Versions, shown: Language) -> Vec<VersionLink> {
    let link = |language: Language| VersionLink {
        href: format!("?text={}", language.code()),
        language,
        current: language == shown,
    };
    let mut links: Vec<VersionLink> = versions.languages().map(link).collect();
    if !links.is_empty() {
        links.insert(0, link(Language::Japanese));
    }
    links
}

fn seen_by(caller: &Caller) -> &'static str {
    if caller.home.is_some() { "notice-seen-by-home" } else { "notice-seen-by-seat" }
}

fn source(source: Source) -> Option<&'static str> {
    match source {
        Source::Digital => None,
        Source::Paper => Some("notice-by-paper"),
        Source::Proxy => Some("notice-by-proxy"),
    }
}

/// Something that was not there, or is not.
fn nothing() -> Part {
    Part { text: Box::new(Message::new("notice-nothing")), lang: None }
}

fn words(text: &str) -> Part {
    Part { text: Box::new(Message::text(text.to_owned())), lang: Some("ja") }
}

/// What each correction changed, the last one first; `now` is what stands there since.
fn each(replaced: &[revision::Model], mut now: Content) -> Vec<Correction> {
    let correction = |row: &revision::Model| {
        let before = Content::from(row);
        let changes = changes(&before, &now);
        now = before;
        Correction { at: Moment(row.at), reason: row.reason.clone(), changes }
    };
    replaced.iter().map(correction).collect()
}

/// The files that came with a correction, and those that went.
fn file_changes(Changed { added, removed }: Changed) -> impl Iterator<Item = Change> {
    let added = added.into_iter().map(|name| ("attachments-added", nothing(), words(&name)));
    let removed = removed.into_iter().map(|name| ("attachments-removed", words(&name), nothing()));
    added.chain(removed).map(|(label, before, after)| Change { label, before, after })
}

/// What a correction changed, each thing before and after.
fn changes(before: &Content, now: &Content) -> Vec<Change> {
    let day = |day: Option<time::Date>| day.map_or_else(nothing, |day| Part { text: Box::new(Day(day)), lang: None });
    let about = |category| Part { text: Box::new(Message::new(category::name(category))), lang: None };
    let mut changes = Vec::new();
    if before.title != now.title {
        changes.push(Change { label: "notice-title", before: words(&before.title), after: words(&now.title) });
    }
    let fact = |fact: Option<Fact>| match fact {
        Some(fact) => Part { text: Box::new(fact.value), lang: fact.own.then_some("ja") },
        None => nothing(),
    };
    let facts = changed(&before.facts, &now.facts);
    changes.extend(facts.into_iter().map(|one| Change {
        label: one.label,
        before: fact(one.before),
        after: fact(one.after),
    }));
    if before.body != now.body {
        let (gone, come) = apart(&before.body, &now.body);
        let part = |text: String| if text.is_empty() { nothing() } else { words(&text) };
        // New paragraphs alone say nothing else.
        if !(gone.is_empty() && come.is_empty()) {
            changes.push(Change { label: "notice-body", before: part(gone), after: part(come) });
        }
    }
    if before.category != now.category {
        changes.push(Change { label: "category-label", before: about(before.category), after: about(now.category) });
    }
    if before.circulate_until != now.circulate_until {
        let (before, after) = (day(before.circulate_until), day(now.circulate_until));
        changes.push(Change { label: "notice-until", before, after });
    }
    let (old, new) = (&before.versions, &now.versions);
    for (language, label) in [(Language::Easy, "notice-version-easy"), (Language::English, "notice-version-english")] {
        if old.of(language) != new.of(language) {
            let (before, after) = (version(language, old.of(language)), version(language, new.of(language)));
            changes.push(Change { label, before, after });
        }
    }
    changes
}

/// The sentences that one text has and the other has not, and the other way round; … stands for those that both have between them.
fn apart(before: &str, after: &str) -> (String, String) {
    let sentences = |text| str::split_inclusive(text, ['。', '！', '？', '\n']).collect::<Vec<_>>();
    let (old, new) = (sentences(before), sentences(after));
    // None: something that both have.
    let (mut gone, mut come): (Vec<Option<&str>>, Vec<Option<&str>>) = Default::default();
    let diff = TextDiff::from_slices(&old, &new);
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => gone.push(Some(change.value())),
            ChangeTag::Insert => come.push(Some(change.value())),
            ChangeTag::Equal => {
                let between = Some(change.value()).filter(|text| text.trim().is_empty());
                for one in [&mut gone, &mut come] {
                    if one.last().is_some_and(Option::is_some) {
                        one.push(between);
                    }
                }
            }
        }
    }
    let told = |mut pieces: Vec<Option<&str>>| {
        let says = |piece: &Option<&str>| piece.is_some_and(|text| !text.trim().is_empty());
        pieces.truncate(pieces.iter().rposition(says).map_or(0, |last| last + 1));
        pieces.into_iter().map(|piece| piece.unwrap_or("…")).collect::<String>().trim().to_owned()
    };
    (told(gone), told(come))
}

fn version(language: Language, text: Option<&Text>) -> Part {
    let part = |text: &Text| Part {
        text: Box::new(Words { text: format!("{}\n{}", text.title, text.body), furigana: language == Language::Easy }),
        lang: Some(language.tag()),
    };
    text.map_or_else(nothing, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_shows_the_sentences_that_changed() {
        let both = |gone: &str, come: &str| (gone.to_owned(), come.to_owned());
        let text = "公園を清掃します。\n9時に集合です。\n軍手をお持ちください。";
        assert_eq!(apart(text, &format!("{text}\n雨の日は29日です。")), both("", "雨の日は29日です。"));
        assert_eq!(apart(text, &text.replace('9', "8")), both("9時に集合です。", "8時に集合です。"));
        let twice = text.replace('9', "8").replace("公園", "池");
        assert_eq!(
            apart(text, &twice),
            both("公園を清掃します。\n9時に集合です。", "池を清掃します。\n8時に集合です。")
        );
        let ends = text.replace("公園", "池").replace("軍手", "長靴");
        assert_eq!(
            apart(text, &ends),
            both("公園を清掃します。\n…軍手をお持ちください。", "池を清掃します。\n…長靴をお持ちください。")
        );
        assert_eq!(apart(text, &text.replace('\n', "\n\n")), both("", ""));
        assert_eq!(apart("雨なら…", "雪なら…"), both("雨なら…", "雪なら…"));
        assert_eq!(apart("午前9時", "午前8時"), both("午前9時", "午前8時"));
    }
}
