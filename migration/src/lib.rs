//! The schema's history: one file per change, applied in order and never edited once it has been released.
//!
//! A migration is plain SQL and knows nothing of the other packages, so that it still means the same when they have changed.
//! Each one first expands and a later one contracts: the version before it must be able to go on serving meanwhile.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait::async_trait};

mod m20261122_000001_circulation;
mod m20261123_000001_push_engine;
mod m20261124_000001_scope_by_city;
mod m20261124_000002_seats_and_households;
mod m20261124_000003_signing_in;
mod m20261124_000004_audit_chain;
mod m20261124_000005_personal_data;
mod m20261124_000006_passkeys;
mod m20261124_000007_audit_looks;
mod m20261124_000008_proxies;
mod m20261125_000001_second_factor;
mod m20261126_000001_first_sign_in;
mod m20261127_000001_category;
mod m20261127_000002_search_text;
mod m20261127_000003_search_text_filled;
mod m20261127_000004_facts_and_versions;
mod m20261127_000005_notifications;
mod m20261127_000006_away_from_the_net;
mod m20261128_000001_search_all;
mod m20261128_000002_summaries_last;
mod m20261128_000003_untold;
mod m20261128_000004_attachments;
mod m20261129_000001_language_of_a_phone;
mod m20261129_000002_who_attached;
mod m20261130_000001_labels_as_counted;
mod scope;
mod search;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_circulation::Migration),
            Box::new(m20261123_000001_push_engine::Migration),
            Box::new(m20261124_000001_scope_by_city::Migration),
            Box::new(m20261124_000004_audit_chain::Migration),
            Box::new(m20261124_000003_signing_in::Migration),
            Box::new(m20261124_000005_personal_data::Migration),
            Box::new(m20261124_000002_seats_and_households::Migration),
            Box::new(m20261124_000006_passkeys::Migration),
            Box::new(m20261124_000007_audit_looks::Migration),
            Box::new(m20261125_000001_second_factor::Migration),
            Box::new(m20261124_000008_proxies::Migration),
            Box::new(m20261126_000001_first_sign_in::Migration),
            Box::new(m20261127_000001_category::Migration),
            Box::new(m20261127_000002_search_text::Migration),
            Box::new(m20261127_000003_search_text_filled::Migration),
            Box::new(m20261127_000004_facts_and_versions::Migration),
            Box::new(m20261127_000005_notifications::Migration),
            Box::new(m20261127_000006_away_from_the_net::Migration),
            Box::new(m20261128_000001_search_all::Migration),
            Box::new(m20261128_000002_summaries_last::Migration),
            Box::new(m20261128_000003_untold::Migration),
            Box::new(m20261128_000004_attachments::Migration),
            Box::new(m20261129_000001_language_of_a_phone::Migration),
            Box::new(m20261129_000002_who_attached::Migration),
            Box::new(m20261130_000001_labels_as_counted::Migration),
        ]
    }
}
