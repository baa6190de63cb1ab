//! What is wrong with a form, as the page shows it: in one sentence, above the form, and at each field.

use crate::{
    problem::{FieldError, Problem},
    say::Message,
};

/// What is wrong with a form that is shown again.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// What happened, in one sentence.
    pub message: Option<Message>,
    /// What is wrong, field by field.
    pub fields: Vec<Fault>,
}

/// What is wrong with one field.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The field's name; its element has the id `field-` and this name. Empty: no single field.
    pub field: String,
    /// What is wrong and what to do.
    pub detail: Message,
    /// What the field is called, where a page has several: a key.
    pub label: Option<&'static str>,
}

impl Fault {
    /// What is wrong with `field`.
    pub fn new(field: impl Into<String>, detail: impl Into<Message>) -> Self {
        Self { field: field.into(), detail: detail.into(), label: None }
    }

    /// What is wrong, read apart from its field.
    #[must_use]
    pub fn named(&self) -> Message {
        match self.label {
            Some(label) => Message::new("fault-named").with("label", Message::new(label)).with("detail", &self.detail),
            None => self.detail.clone(),
        }
    }
}

impl Faults {
    /// A problem that is about `field`, so that the message leads there. One that names fields itself keeps them.
    #[must_use]
    pub fn about(field: &str, problem: &Problem) -> Self {
        if problem.errors().is_empty() { Self::of(field, problem.detail().clone()) } else { problem.into() }
    }

    /// Nothing but what is wrong with `field`.
    pub fn of(field: &str, detail: impl Into<Message>) -> Self {
        Self { message: None, fields: vec![Fault::new(field, detail)] }
    }

    /// The same, where the fields of the page are called so: names and keys, in the order of the page. Above a form, a fault stands apart from
    /// its field.
    #[must_use]
    pub fn labelled(mut self, labels: &[(&str, &'static str)]) -> Self {
        let place = |fault: &Fault| labels.iter().position(|(field, _)| *field == fault.field);
        for fault in &mut self.fields {
            fault.label = place(fault).map(|place| labels[place].1);
        }
        self.fields.sort_by_key(|fault| place(fault).unwrap_or(labels.len()));
        self
    }

    /// What is wrong with `field`.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&Message> {
        self.fields.iter().find(|fault| fault.field == field).map(|fault| &fault.detail)
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn any(&self) -> bool {
        self.message.is_some() || !self.fields.is_empty()
    }
}

impl From<&FieldError> for Fault {
    fn from(error: &FieldError) -> Self {
        Self::new(error.pointer.trim_start_matches('/').replace('/', "-"), error.detail.clone())
    }
}

impl From<&Problem> for Faults {
    fn from(problem: &Problem) -> Self {
        let message = Some(problem.detail().clone());
        Self { message, fields: problem.errors().iter().map(Fault::from).collect() }
    }
}
