//! The stories: one binary, a module for each part of what people do.

mod audit;
mod breaker;
mod fault_of_the_stack;
mod hostile;
mod house;
mod importing;
mod joining;
mod leaving;
mod ledger;
mod notices;
mod pages;
mod planning;
mod privacy;
mod receipts;
mod rights;
mod ringing;
mod rows;
mod scope;
mod signing_in;
mod subscribing;
mod surge;
mod telegrams;
mod whole_city;
mod working;
