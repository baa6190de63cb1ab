//! What notices are searched by: one way to write each word, kept by PostgreSQL itself.
//!
//! ごみ, ゴミ, ｺﾞﾐ and ご み are one: compatibility forms are composed (NFKC), blanks left out, letters made small, katakana made hiragana, and the
//! last long vowel of a long katakana word left out, as in センター and センタ. That of a short word stays: コート is not こと.
//!
//! A trigger writes it, so that it is right for corrections and for what the version before writes meanwhile; what is looked for is written by the
//! same function. Notices that are there are filled by the next migration: nobody waits for the lock of this one.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(EXPAND).await.map(drop)
    }
}

const EXPAND: &str = r"
CREATE FUNCTION searchable(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(
        lower(regexp_replace(regexp_replace(normalize(said, NFKC), '\s+', '', 'g'), '([ァ-ヺー]{3})ー(?![ァ-ヺー])', '\1', 'g')),
        'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶヽヾ',
        'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖゝゞ')
$$;
CREATE FUNCTION notice_search_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := searchable(NEW.title || E'\n' || NEW.body);
    RETURN NEW;
END $$;
ALTER TABLE notice ADD COLUMN search_text text;
CREATE TRIGGER notice_search_text BEFORE INSERT OR UPDATE OF title, body ON notice
    FOR EACH ROW EXECUTE FUNCTION notice_search_text();
ALTER TABLE area ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (searchable(name)) STORED;
";
