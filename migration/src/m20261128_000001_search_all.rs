//! Notices are found by what stands in their fields and in their versions as well, and words written in hiragana without the help of a keyboard.
//!
//! せんたー, as it is typed before it is converted, is センター: the last long vowel goes at the end of what is said in either writing.

use sea_orm_migration::prelude::*;

use crate::search::fill;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(EXPAND).await?;
        fill(manager).await
    }
}

const EXPAND: &str = r"
BEGIN;
CREATE OR REPLACE FUNCTION searchable(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(
        lower(regexp_replace(regexp_replace(normalize(said, NFKC), '\s+', '', 'g'), '([ァ-ヺー]{3})ー(?![ァ-ヺー])', '\1', 'g')),
        'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶヽヾ',
        'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖゝゞ'),
        '([ぁ-ゖー]{3})ー$', '\1')
$$;
CREATE OR REPLACE FUNCTION notice_search_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What is written over a word in easy Japanese, ｜漢字《かんじ》, is left out.
    NEW.search_text := searchable(concat_ws(E'\n', NEW.title, NEW.body, NEW.place, NEW.for_whom, NEW.contact_name,
        regexp_replace(concat_ws(E'\n', NEW.easy_title, NEW.easy_body), '《[^》]*》|｜', '', 'g'), NEW.english_title, NEW.english_body));
    RETURN NEW;
END $$;
DROP TRIGGER notice_search_text ON notice;
CREATE TRIGGER notice_search_text BEFORE INSERT OR UPDATE
    OF title, body, place, for_whom, contact_name, easy_title, easy_body, english_title, english_body ON notice
    FOR EACH ROW EXECUTE FUNCTION notice_search_text();
UPDATE area SET name = name WHERE search_text <> searchable(name);
COMMIT;
";
