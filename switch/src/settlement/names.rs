//! What people call goods and shops: looked up in the rules that decided a grant, since a set says what was so on its day.

use lijian_domain::catalogue::ProductTexts;
use lijian_domain::ids::{Gtin, LinkName, MerchantId, RulesVersion};
use lijian_domain::merchants::Merchant;
use lijian_domain::rules::Rules;
use std::collections::VecDeque;

/// Versions that are kept at hand: a day has few, and one can hold a million products.
const VERSIONS_MAX: usize = 3;

/// Where versions of the rules come from.
pub type Source<'a> = Box<dyn FnMut(RulesVersion) -> Option<Rules> + 'a>;

/// See the file's text.
pub struct Names<'a> {
    source: Source<'a>,
    /// Those used last stand first; none where a version is not kept any more.
    versions: VecDeque<(RulesVersion, Option<Rules>)>,
}

impl<'a> Names<'a> {
    /// Those of the versions that `source` has.
    pub fn new(source: Source<'a>) -> Self {
        Self { source, versions: VecDeque::new() }
    }

    /// What a product is called; nothing where that is not known.
    pub(super) fn product(&mut self, version: RulesVersion, gtin: Gtin) -> Option<ProductTexts<'_>> {
        self.rules(version)?.catalogue.texts(gtin)
    }

    /// A merchant; none where it is not known.
    pub(super) fn merchant(&mut self, version: RulesVersion, link: LinkName, id: MerchantId) -> Option<&Merchant> {
        self.rules(version)?.merchants.merchant(link, id)
    }

    fn rules(&mut self, version: RulesVersion) -> Option<&Rules> {
        if self.versions.front().is_none_or(|(first, _)| *first != version) {
            match self.versions.iter().position(|(known, _)| *known == version) {
                Some(place) => self.versions.swap(0, place),
                None => {
                    self.versions.truncate(VERSIONS_MAX - 1);
                    self.versions.push_front((version, (self.source)(version)));
                }
            }
        }
        self.versions.front().and_then(|(_, rules)| rules.as_ref())
    }
}
