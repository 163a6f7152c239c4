//! The library of products: which goods exist, in which category and grade, at which filed price, and when.
//!
//! Built once, then only read: a change makes a new library, and sales in flight keep the old one. What a decision needs
//! stands in a compact table; brand, model and name stand apart and are looked up for people only.

mod table;

use crate::ids::{CategoryId, Gtin, SubtypeId};
use crate::money::MinorUnits;
use crate::time::Validity;
use foldhash::fast::FixedState;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use table::Table;

/// What the library says of a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Product {
    /// Its number.
    pub gtin: Gtin,
    /// Its category.
    pub category: CategoryId,
    /// What kind of its category it is; none where the library does not say.
    pub subtype: Option<SubtypeId>,
    /// Energy or water efficiency grade, 1 the best; none where it has none.
    pub grade: Option<u8>,
    /// The price filed with the authority, which a sale may not exceed; none where none was filed.
    pub filed_price: Option<MinorUnits>,
    /// The days on which it may be sold with a subsidy.
    pub validity: Validity,
}

/// What people call a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProductTexts<'a> {
    /// Brand.
    pub brand: &'a str,
    /// Model.
    pub model: &'a str,
    /// Name.
    pub name: &'a str,
}

/// Why a product cannot be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is there already.
    #[error("product {0} a second time")]
    Duplicate(Gtin),
    /// Grade 0 is none.
    #[error("grade 0: grades count from 1")]
    Grade,
    /// A filed price of nothing, or of more than a sale can have.
    #[error("filed price 0 or of more than 12 digits: leave it out where none was filed")]
    FiledPrice,
    /// More categories, products or text than the library can number.
    #[error(
        "the library is full: at most 65,535 categories with their subtypes and periods of validity, 4,294,967,295 products and as many bytes of text"
    )]
    Full,
}

/// The library.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    table: Table,
    /// Each pair that products have, numbered by its place.
    categories: Vec<(CategoryId, Option<SubtypeId>)>,
    validities: Vec<Validity>,
    texts: String,
    /// Where brand, model and name of each row end in `texts`.
    ends: Vec<[u32; 3]>,
}

impl Catalogue {
    /// The product of this number, whether valid now or not.
    pub fn product(&self, gtin: Gtin) -> Option<Product> {
        self.table.get(gtin.0).and_then(|entry| self.read(&entry))
    }

    /// What people call it.
    pub fn texts(&self, gtin: Gtin) -> Option<ProductTexts<'_>> {
        self.texts_of(self.table.row(gtin.0)?)
    }

    /// How many products there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All products, in no order that means anything.
    pub fn products(&self) -> impl Iterator<Item = Product> {
        self.table.entries().filter_map(|entry| self.read(&entry))
    }

    fn read(&self, entry: &table::Entry) -> Option<Product> {
        let (category, subtype) = *self.categories.get(usize::from(entry.category))?;
        Some(Product {
            gtin: Gtin(entry.gtin),
            category,
            subtype,
            grade: (entry.grade > 0).then_some(entry.grade),
            filed_price: (entry.filed_price > 0).then(|| MinorUnits::new(entry.filed_price)),
            validity: *self.validities.get(usize::from(entry.validity))?,
        })
    }

    fn texts_of(&self, row: u32) -> Option<ProductTexts<'_>> {
        let row = usize::try_from(row).ok()?;
        let [brand, model, name] = *self.ends.get(row)?;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |[_, _, end]| *end);
        let text = |from: u32, to: u32| self.texts.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?);
        Some(ProductTexts { brand: text(start, brand)?, model: text(brand, model)?, name: text(model, name)? })
    }
}

/// A library in the making.
#[derive(Debug, Default)]
pub struct CatalogueBuilder {
    catalogue: Catalogue,
    /// The place of each validity in the catalogue's list.
    validities: HashMap<Validity, u16, FixedState>,
    /// The first row of the layer that is being added.
    layer: u32,
    withdrawn: HashSet<Gtin, FixedState>,
}

impl CatalogueBuilder {
    /// What is added from here on is older than what was added before: of a product that is there already it changes nothing.
    pub fn older_layer(&mut self) {
        self.layer = u32::try_from(self.catalogue.ends.len()).unwrap_or(u32::MAX);
    }

    /// What is added of this product from here on was taken out since.
    pub fn withdraw(&mut self, gtin: Gtin) {
        self.withdrawn.insert(gtin);
    }

    /// Makes room for so many products more, with so many bytes of text.
    pub fn reserve(&mut self, products: usize, text_bytes: usize) {
        self.catalogue.table.reserve(products);
        self.catalogue.ends.reserve(products);
        self.catalogue.texts.reserve(text_bytes);
    }

    /// Adds a product; one that a newer layer has, or that was withdrawn since, is passed over.
    pub fn add(&mut self, product: &Product, texts: ProductTexts<'_>) -> Result<(), CatalogueError> {
        if product.grade == Some(0) {
            return Err(CatalogueError::Grade);
        }
        if product.filed_price.is_some_and(|price| price.is_zero() || price > MinorUnits::WIRE_MAX) {
            return Err(CatalogueError::FiledPrice);
        }
        if !self.withdrawn.is_empty() && self.withdrawn.contains(&product.gtin) {
            return Ok(());
        }
        let row = u32::try_from(self.catalogue.ends.len()).map_err(|_| CatalogueError::Full)?;
        let ends = self.ends(texts).ok_or(CatalogueError::Full)?;
        let category = self.number_of((product.category, product.subtype)).ok_or(CatalogueError::Full)?;
        let validity = self.number_of_validity(product.validity).ok_or(CatalogueError::Full)?;
        let entry = table::Entry {
            gtin: product.gtin.0,
            filed_price: product.filed_price.map_or(0, MinorUnits::get),
            category,
            validity,
            grade: product.grade.unwrap_or(0),
        };
        match self.catalogue.table.insert(&entry, row) {
            Some(Ok(())) => {}
            Some(Err(older)) if older < self.layer => return Ok(()),
            Some(Err(_)) | None => return Err(CatalogueError::Duplicate(product.gtin)),
        }
        let catalogue = &mut self.catalogue;
        [texts.brand, texts.model, texts.name].iter().for_each(|text| catalogue.texts.push_str(text));
        catalogue.ends.push(ends);
        Ok(())
    }

    /// The library of all that was added.
    pub fn build(mut self) -> Catalogue {
        self.catalogue.table.shrink();
        self.catalogue.texts.shrink_to_fit();
        self.catalogue.ends.shrink_to_fit();
        self.catalogue
    }

    fn ends(&self, texts: ProductTexts<'_>) -> Option<[u32; 3]> {
        let brand = self.catalogue.texts.len().checked_add(texts.brand.len())?;
        let model = brand.checked_add(texts.model.len())?;
        let name = model.checked_add(texts.name.len())?;
        Some([u32::try_from(brand).ok()?, u32::try_from(model).ok()?, u32::try_from(name).ok()?])
    }

    /// Most products are valid always; the others have many different days.
    fn number_of_validity(&mut self, validity: Validity) -> Option<u16> {
        let validities = &mut self.catalogue.validities;
        let next = u16::try_from(validities.len()).ok();
        match self.validities.entry(validity) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                validities.push(validity);
                Some(*new.insert(next?))
            }
        }
    }

    /// Few categories, many products: the last ones used are likely the next ones.
    fn number_of(&mut self, category: (CategoryId, Option<SubtypeId>)) -> Option<u16> {
        let categories = &mut self.catalogue.categories;
        let place = match categories.iter().rposition(|known| *known == category) {
            Some(place) => place,
            None => {
                categories.push(category);
                categories.len() - 1
            }
        };
        u16::try_from(place).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(gtin: u64, category: &str) -> Product {
        Product {
            gtin: Gtin(gtin),
            category: CategoryId::new(category).unwrap(),
            subtype: None,
            grade: Some(2),
            filed_price: Some(MinorUnits::new(100)),
            validity: Validity::ALWAYS,
        }
    }

    const TEXTS: ProductTexts<'static> = ProductTexts { brand: "Qingyan", model: "QY-1", name: "冰箱" };

    #[test]
    fn keeps_what_was_added() {
        let mut builder = CatalogueBuilder::default();
        let laptop = Product { subtype: Some(SubtypeId::new("laptop").unwrap()), ..product(4, "computer") };
        let bare = Product { grade: None, filed_price: None, ..product(2, "phone") };
        let bare_texts = ProductTexts { brand: "", model: "X", name: "" };
        builder.add(&product(1, "refrigerator"), TEXTS).unwrap();
        builder.add(&bare, bare_texts).unwrap();
        builder.add(&laptop, TEXTS).unwrap();
        builder.add(&product(5, "computer"), TEXTS).unwrap();
        let catalogue = builder.build();
        assert_eq!(catalogue.product(Gtin(1)), Some(product(1, "refrigerator")));
        assert_eq!(catalogue.product(Gtin(2)), Some(bare));
        assert_eq!(catalogue.product(Gtin(4)), Some(laptop));
        assert_eq!(catalogue.product(Gtin(5)), Some(product(5, "computer")));
        assert_eq!((catalogue.texts(Gtin(1)), catalogue.texts(Gtin(2))), (Some(TEXTS), Some(bare_texts)));
        assert_eq!((catalogue.product(Gtin(3)), catalogue.len(), catalogue.products().count()), (None, 4, 4));
    }

    #[test]
    fn the_newest_layer_counts() {
        let mut builder = CatalogueBuilder::default();
        builder.add(&product(1, "phone"), TEXTS).unwrap();
        builder.older_layer();
        builder.withdraw(Gtin(3));
        builder.add(&product(1, "tablet"), TEXTS).unwrap();
        builder.add(&product(2, "tablet"), TEXTS).unwrap();
        builder.add(&product(3, "tablet"), TEXTS).unwrap();
        assert_eq!(builder.add(&product(2, "phone"), TEXTS), Err(CatalogueError::Duplicate(Gtin(2))));
        let catalogue = builder.build();
        assert_eq!(catalogue.product(Gtin(1)), Some(product(1, "phone")));
        assert_eq!(catalogue.product(Gtin(2)), Some(product(2, "tablet")));
        assert_eq!((catalogue.product(Gtin(3)), catalogue.len()), (None, 2));
        assert_eq!(catalogue.texts(Gtin(2)), Some(TEXTS));
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        let check = |product: Product, expected: CatalogueError| {
            let mut builder = CatalogueBuilder::default();
            builder.add(&self::product(1, "phone"), TEXTS).unwrap();
            assert_eq!(builder.add(&product, TEXTS), Err(expected));
            assert_eq!(builder.build().len(), 1);
        };
        check(product(1, "tablet"), CatalogueError::Duplicate(Gtin(1)));
        check(Product { grade: Some(0), ..product(2, "phone") }, CatalogueError::Grade);
        check(Product { filed_price: Some(MinorUnits::ZERO), ..product(2, "phone") }, CatalogueError::FiledPrice);
    }
}
