//! The region at the front of a GB 11643 number: the first two digits of GB/T 2260, with the day since which they are given.
//!
//! A number is given at or after birth and keeps its region for life, also when a county is renamed or another province
//! takes it over. So a region counts when it was in force on any day between birth and today. Counties and cities are not
//! listed: over the decades there were thousands, no list of them is complete, and whoever is left out of one would be
//! refused for nothing. That the region stands in the number does not say that the person lives there.

use super::identity::DocumentKind;
use jiff::civil::{Date, date};

/// The first numbers were given with the first identity cards.
const FIRST_NUMBERS: Date = date(1984, 4, 6);

/// The first two digits, and since when they are given.
const PROVINCES: [(&str, Date); 32] = [
    ("11", FIRST_NUMBERS),     // Beijing
    ("12", FIRST_NUMBERS),     // Tianjin
    ("13", FIRST_NUMBERS),     // Hebei
    ("14", FIRST_NUMBERS),     // Shanxi
    ("15", FIRST_NUMBERS),     // Inner Mongolia
    ("21", FIRST_NUMBERS),     // Liaoning
    ("22", FIRST_NUMBERS),     // Jilin
    ("23", FIRST_NUMBERS),     // Heilongjiang
    ("31", FIRST_NUMBERS),     // Shanghai
    ("32", FIRST_NUMBERS),     // Jiangsu
    ("33", FIRST_NUMBERS),     // Zhejiang
    ("34", FIRST_NUMBERS),     // Anhui
    ("35", FIRST_NUMBERS),     // Fujian
    ("36", FIRST_NUMBERS),     // Jiangxi
    ("37", FIRST_NUMBERS),     // Shandong
    ("41", FIRST_NUMBERS),     // Henan
    ("42", FIRST_NUMBERS),     // Hubei
    ("43", FIRST_NUMBERS),     // Hunan
    ("44", FIRST_NUMBERS),     // Guangdong
    ("45", FIRST_NUMBERS),     // Guangxi
    ("46", date(1988, 4, 13)), // Hainan, out of Guangdong
    ("50", date(1997, 3, 14)), // Chongqing, out of Sichuan
    ("51", FIRST_NUMBERS),     // Sichuan
    ("52", FIRST_NUMBERS),     // Guizhou
    ("53", FIRST_NUMBERS),     // Yunnan
    ("54", FIRST_NUMBERS),     // Tibet
    ("61", FIRST_NUMBERS),     // Shaanxi
    ("62", FIRST_NUMBERS),     // Gansu
    ("63", FIRST_NUMBERS),     // Qinghai
    ("64", FIRST_NUMBERS),     // Ningxia
    ("65", FIRST_NUMBERS),     // Xinjiang
    ("71", FIRST_NUMBERS),     // Taiwan: residents who settled on the mainland
];

/// Residence permits of residents of Hong Kong, Macao and Taiwan, given since this day.
const RESIDENCE_PERMITS: [&str; 3] = ["810000", "820000", "830000"];
const RESIDENCE_PERMITS_SINCE: Date = date(2018, 9, 1);

/// Why six digits are no region.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegionError {
    /// No province begins so.
    #[error("no province, and no residence permit, has these digits")]
    Unknown,
    /// A province without a county.
    #[error("a province without a county: numbers are given by counties")]
    ProvinceAlone,
    /// Not given yet.
    #[error("this region is not given yet at this date")]
    NotYet,
}

/// Which document a region stands on.
pub(super) fn check(region: &str, born: Date, today: Date) -> Result<DocumentKind, RegionError> {
    let given_since = |since: Date| if since.max(born) <= today { Ok(()) } else { Err(RegionError::NotYet) };
    if RESIDENCE_PERMITS.contains(&region) {
        return given_since(RESIDENCE_PERMITS_SINCE).map(|()| DocumentKind::ResidencePermit);
    }
    let (province, county) = region.split_at_checked(2).ok_or(RegionError::Unknown)?;
    let known = PROVINCES.iter().find(|(digits, _)| *digits == province);
    let (_, since) = known.ok_or(RegionError::Unknown)?;
    if county == "0000" {
        return Err(RegionError::ProvinceAlone);
    }
    given_since(*since).map(|()| DocumentKind::ResidentCard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_count_from_their_day_on() {
        let of = |region: &str, born: Date, today: Date, expected: Result<DocumentKind, RegionError>| {
            assert_eq!(check(region, born, today), expected, "{region}");
        };
        let (before, after) = (date(1950, 2, 28), date(2000, 1, 1));
        of("500101", before, date(1997, 3, 13), Err(RegionError::NotYet));
        of("500101", before, date(1997, 3, 14), Ok(DocumentKind::ResidentCard));
        of("510221", after, date(2024, 1, 1), Ok(DocumentKind::ResidentCard));
        of("460028", before, date(2024, 1, 1), Ok(DocumentKind::ResidentCard));
        of("460028", before, date(1988, 4, 12), Err(RegionError::NotYet));
        of("441900", after, date(2024, 1, 1), Ok(DocumentKind::ResidentCard));
        of("810000", after, date(2018, 8, 31), Err(RegionError::NotYet));
        of("830000", after, date(2018, 9, 1), Ok(DocumentKind::ResidencePermit));
        of("811000", after, date(2024, 1, 1), Err(RegionError::Unknown));
        of("990101", after, date(2024, 1, 1), Err(RegionError::Unknown));
    }
}
