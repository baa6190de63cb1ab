//! What a notice is about.

use sea_orm::entity::prelude::*;

/// What a notice is about, as people look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Category {
    /// 防災・災害
    #[sea_orm(string_value = "disaster")]
    Disaster,
    /// ごみ・環境
    #[sea_orm(string_value = "garbage")]
    Garbage,
    /// 健康・福祉
    #[sea_orm(string_value = "health")]
    Health,
    /// 子ども・学校
    #[sea_orm(string_value = "children")]
    Children,
    /// 催し・行事
    #[sea_orm(string_value = "event")]
    Event,
    /// 工事・交通
    #[sea_orm(string_value = "works")]
    Works,
    /// 防犯・交通安全
    #[sea_orm(string_value = "safety")]
    Safety,
    /// 役所・手続き
    #[sea_orm(string_value = "office")]
    Office,
    /// そのほか
    #[sea_orm(string_value = "other")]
    Other,
}
