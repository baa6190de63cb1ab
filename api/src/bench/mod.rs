//! The project's own measurements: what the work costs on this machine, with real encryption, a real database and a real network stack.
//!
//! They stand above the rooms and use them as the program does; nothing else uses them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::push::{Measurement, Outcome, Outside};
use crate::{config::Settings, up::stop_signal};

mod city;
mod figures;
mod given;
mod ledger;
mod place;
mod push;
mod sink;
mod surge;
mod usage;

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// One notice to every phone of a city, on a private database unless DATABASE_URL names an empty one
    Push(PushArgs),
    /// Opening and acknowledging after a notice has rung the city; on a private database unless DATABASE_URL names an empty one
    Surge(surge::Surge),
    /// The push service that `push` and others are measured against
    #[command(hide = true)]
    Sink {
        /// How many phones subscribe
        #[arg(long, alias = "n")]
        subscriptions: usize,
        /// Where endpoints.jsonl, ca.pem, vapid.json and payload.json are written
        #[arg(long)]
        dir: PathBuf,
        /// Have a bad day
        #[arg(long)]
        faults: bool,
    },
}

/// How a notice is sent.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// How many phones
    #[arg(long, default_value_t = 10_000, conflicts_with = "endpoints")]
    subscriptions: usize,
    /// Make the keys while the notice is published, as for a notice that nobody foresaw
    #[arg(long, conflicts_with = "warm")]
    cold: bool,
    /// Make the keys before the notice is published, as for one that was a draft for a while
    #[arg(long)]
    warm: bool,
    /// Give the push service a bad day: phones that are gone, refusals, resets, connections that go away
    #[arg(long)]
    faults: bool,
    /// Publish an emergency to 2,000 phones while the others wait
    #[arg(long)]
    emergency: bool,
    /// Measure the ledger alone: plan, claim and record without sending
    #[arg(long, conflicts_with_all = ["cold", "warm", "faults", "emergency", "endpoints"])]
    ledger: bool,
    /// Print the figures as one line of JSON
    #[arg(long)]
    json: bool,
    /// Send to these subscriptions, a line of PushSubscription.toJSON() each, at a push service that is there already
    #[arg(long, requires_all = ["vapid", "payload", "n"])]
    endpoints: Option<PathBuf>,
    /// The VAPID key: PEM, or the JSON of `web-push generate-vapid-keys`
    #[arg(long, requires = "endpoints")]
    vapid: Option<PathBuf>,
    /// The authority to trust, PEM
    #[arg(long, requires = "endpoints")]
    ca: Option<PathBuf>,
    /// What each message says
    #[arg(long, requires = "endpoints")]
    payload: Option<PathBuf>,
    /// How many messages
    #[arg(long, requires = "endpoints", value_parser = clap::value_parser!(u32).range(1..))]
    n: Option<u32>,
}

/// Measures.
///
/// # Errors
/// When something that it takes can't be had.
pub fn run(bench: Bench, settings: &Settings) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match bench {
        Bench::Sink { subscriptions, dir, faults } => {
            runtime.block_on(async { sink::run(subscriptions, &dir, faults, stop_signal()?).await })
        }
        Bench::Push(args) => runtime.block_on(push(args)),
        // It puts the parts of the machine on cores of their own.
        Bench::Surge(args) => surge::surge(&args, settings),
    }
}

async fn push(args: PushArgs) -> Outcome {
    if let (Some(endpoints), Some(vapid), Some(payload), Some(n)) = (args.endpoints, args.vapid, args.payload, args.n) {
        let outside = Outside { endpoints, vapid, ca: args.ca, payload, messages: usize::try_from(n)? };
        println!("{}", push::measure_outside(&outside).await?);
        return Ok(());
    }
    if args.ledger {
        let (here, postgres) = push::measure_ledger(args.subscriptions).await?;
        println!(
            "{} phones planned, claimed and recorded: {here:.2} CPU s here, {postgres:.2} CPU s of PostgreSQL",
            args.subscriptions
        );
        return Ok(());
    }
    let ways = if args.cold || args.warm { vec![args.warm] } else { vec![false, true] };
    for warm in ways {
        let what = Measurement { phones: args.subscriptions, warm, faults: args.faults, emergency: args.emergency };
        let figures = push::measure(&what).await?;
        if args.json {
            println!("{}", serde_json::to_string(&figures)?);
        } else {
            println!("{figures}");
        }
    }
    Ok(())
}
