//! The two languages of the clerks.

/// In which language it is told.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English
    En,
    /// Chinese
    Zh,
}

/// A text in both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Both {
    en: &'static str,
    zh: &'static str,
}

/// A text in English and Chinese.
pub const fn both(en: &'static str, zh: &'static str) -> Both {
    Both { en, zh }
}

impl Both {
    /// The text in one of them.
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}
