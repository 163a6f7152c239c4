//! People who may claim, and people who may not.

use super::*;
use crate::claims::provider::FileProvider;
use lijian_domain::campaign::Member;
use lijian_domain::claims::place::{Fence, Point, Polygon};
use lijian_domain::ids::{CategoryId, PackId};
use lijian_domain::time::{Calendar, UnixMicros};
use std::io;
use std::path::Path;

const NOW: UnixMicros = UnixMicros(1_712_000_000_000_000);

/// The Guangzhou programme of April 2024 gives from 500.01 yuan on, at any price.
struct Bench {
    campaign: Campaign,
    pack: Pack,
    people: People,
    precheck: Precheck,
    moment: Moment,
    data: tempfile::TempDir,
}

fn sevens(bytes: &mut [u8]) -> io::Result<()> {
    bytes.fill(7);
    Ok(())
}

fn bench() -> Bench {
    let data = tempfile::tempdir().unwrap();
    let people = People::start(data.path(), sevens).unwrap();
    let file = data.path().join("people.csv");
    let rows = "张三,11010519491231002X,13800001234\n李四,H12345678,13800001234\n王五,H12345679,13800001234\n";
    std::fs::write(&file, format!("name,id_number,phone\n{rows}")).unwrap();
    let corner = |longitude, latitude| Point::new(longitude, latitude).unwrap();
    let ring = vec![
        corner(1_130_000_000, 220_000_000),
        corner(1_140_000_000, 220_000_000),
        corner(1_140_000_000, 230_000_000),
        corner(1_130_000_000, 220_000_000),
    ];
    let fence = Fence::new(vec![Polygon::new(vec![ring]).unwrap()]).unwrap();
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../config/campaigns/guangzhou-2024-04.toml"));
    let member = Member { categories: Box::new([CategoryId::new("kettle").unwrap()]), grades: Box::default() };
    Bench {
        campaign: lijian_config::campaign::load(path).unwrap().value,
        pack: Pack { id: PackId::new("kitchen").unwrap(), redeemable: 1, members: Box::new([member]) },
        precheck: Precheck {
            place: Some(PlaceTerms { fence, accuracy_metres_max: 100, age_seconds_max: 60 }),
            persons_per_phone_max: 2,
            provider: Provider::File(FileProvider::open(&file, people.hasher()).unwrap()),
        },
        people,
        moment: Calendar::new(jiff::tz::TimeZone::UTC, jiff::civil::Time::midnight()).moment(NOW),
        data,
    }
}

fn applicant(id_number: &str, name: &str) -> Applicant {
    let point = Point::new(1_138_000_000, 222_000_000).unwrap();
    Applicant {
        id_number: id_number.to_owned(),
        phone: "+86 13800001234".to_owned(),
        name: name.to_owned(),
        fix: Some(Fix { point, accuracy_metres: 30, at: NOW }),
        order_amount: Some(MinorUnits::new(50_001)),
    }
}

impl Bench {
    async fn admit(&self, applicant: &Applicant) -> Result<Personal, Vec<&'static str>> {
        let wanted = (&self.campaign, &self.pack);
        let admitted = self.precheck.admit(applicant, wanted, &self.people, &self.moment, || 0).await;
        admitted.map_err(|refused| match refused {
            Refused::Reasons(reasons) => reasons.into_iter().map(Reason::as_str).collect(),
            Refused::Closed(closed) => panic!("{closed}"),
        })
    }
}

#[tokio::test]
async fn who_is_right_in_all_is_admitted() {
    let bench = bench();
    let personal = bench.admit(&applicant("11010519491231002x", "张三")).await.unwrap();
    assert_eq!(personal.number.to_string(), "110***********002X");
    let unsaid = Applicant { order_amount: None, ..applicant("H12345678", "李四") };
    assert!(bench.admit(&unsaid).await.is_ok());
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let bench = bench();
    let wrong = Applicant {
        id_number: "11010519491231002".to_owned(),
        phone: "1380000".to_owned(),
        name: "3".to_owned(),
        fix: None,
        order_amount: Some(MinorUnits::new(50_000)),
    };
    let expected = ["id-number", "phone", "name", "place-missing", "order-amount"];
    assert_eq!(bench.admit(&wrong).await.unwrap_err(), expected);
    assert_eq!(format!("{wrong:?}"), "Applicant(..)");
}

#[tokio::test]
async fn identity_and_place_refuse() {
    let bench = bench();
    let check = async |applicant: Applicant, expected: &str| {
        assert_eq!(bench.admit(&applicant).await.unwrap_err(), [expected]);
    };
    check(applicant("11010519491231002X", "李四"), "identity-mismatch").await;
    check(applicant("440524188001010014", "张三"), "identity-unknown").await;
    let good = applicant("11010519491231002X", "张三");
    let fix = good.fix.unwrap();
    check(Applicant { fix: Some(Fix { accuracy_metres: 101, ..fix }), ..good.clone() }, "place-too-coarse").await;
    check(Applicant { fix: Some(Fix { at: UnixMicros(NOW.0 - 60_000_001), ..fix }), ..good.clone() }, "place-too-old")
        .await;
    let away = Fix { point: Point::new(1_129_999_999, 220_000_000).unwrap(), ..fix };
    check(Applicant { fix: Some(away), ..good }, "place-outside").await;
}

#[tokio::test]
async fn a_phone_is_shared_by_so_many_and_no_more() {
    let bench = bench();
    for (number, name) in [("11010519491231002X", "张三"), ("H12345678", "李四")] {
        let personal = bench.admit(&applicant(number, name)).await.unwrap();
        bench.people.register(personal, 2).await.unwrap();
    }
    assert_eq!(bench.admit(&applicant("H12345679", "王五")).await.unwrap_err(), ["phone-shared"]);
    let again = bench.admit(&applicant("H12345678", "李四")).await.unwrap();
    assert!(bench.people.erase(again.person).await.unwrap());
    assert!(bench.admit(&applicant("H12345679", "王五")).await.is_ok());
}

#[tokio::test]
async fn those_who_come_at_once_share_a_phone_no_more_than_others() {
    let bench = bench();
    // All are looked at before any of them is registered.
    let first = bench.admit(&applicant("11010519491231002X", "张三")).await.unwrap();
    let second = bench.admit(&applicant("H12345678", "李四")).await.unwrap();
    let third = bench.admit(&applicant("H12345679", "王五")).await.unwrap();
    let register = |personal| bench.people.register(personal, 2);
    let registered = tokio::join!(register(first.clone()), register(second), register(third));
    assert!(registered.0.is_ok() && registered.1.is_ok() && registered.2.is_err());
    register(first).await.unwrap();
}

#[tokio::test]
async fn keys_that_are_lost_stop_the_start() {
    let bench = bench();
    let personal = bench.admit(&applicant("H12345678", "李四")).await.unwrap();
    bench.people.register(personal, 2).await.unwrap();
    for name in ["person.key", "people/master.key", "people/slots"] {
        let path = bench.data.path().join("keys").join(name);
        let kept = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let error = People::start(bench.data.path(), sevens).map(drop).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("put it back"), "{error}");
        std::fs::write(&path, kept).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).unwrap();
    }
}
