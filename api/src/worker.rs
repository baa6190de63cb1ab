//! The composition root of the worker: plans what is published.
use crate::server::Ground;
use sea_orm::ConnectionTrait as _;
/// See the module.
pub struct Worker(Ground);
impl Worker {
    /// See the module.
    pub fn new(g: &Ground) -> Result<Self, String> {
        Ok(Self(g.clone()))
    }
    /// See the module.
    pub async fn turn(&self) -> Result<(), String> {
        self.0.db.execute_raw(crate::postgres::sql("INSERT INTO plan SELECT city_id,id,revision,$1,0 FROM notice WHERE published_at <= $1 ON CONFLICT DO NOTHING", [self.0.clock.now().into()])).await.map_err(|e| e.to_string())?;
        Ok(())
    }
    /// See the module.
    pub async fn run(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let _ = stop.changed().await;
    }
}
