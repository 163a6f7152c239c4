//! Campaign files: what ships is right, what is wrong is told.

use lijian_config::campaign;
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::ids::CategoryId;
use lijian_domain::money::MinorUnits;
use lijian_domain::time::{BusinessDate, Moment, UnixMicros};
use std::path::Path;

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The shipped file with one text replaced, and what is told of it.
fn check(replaced: &str, by: &str, expected: &[&str]) {
    let text = shipped("shenzhen-2024.toml");
    assert!(text.contains(replaced), "{replaced}");
    let text = text.replacen(replaced, by, 1);
    let errors = campaign::parse(Path::new("c.toml"), &text).unwrap_err();
    let lines: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected);
    for error in errors.errors() {
        let line = usize::try_from(error.line.unwrap()).unwrap();
        let key = error.key.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or_default();
        let name = key.split('[').next().unwrap_or_default();
        assert!(text.lines().nth(line - 1).unwrap().contains(name) || error.key.contains('['), "{error}");
    }
}

#[test]
fn the_shipped_campaign_is_right() {
    let text = shipped("shenzhen-2024.toml");
    let definition = campaign::parse(Path::new("shenzhen-2024.toml"), &text).unwrap();
    let campaign = &definition.value;
    assert_eq!(campaign.id.as_str(), "shenzhen-2024");
    assert_eq!(campaign.categories().len(), 11);
    assert!(campaign.budget.campaign.get() >= 10_000_000_000, "100 million yuan");
    assert!(campaign.category(&CategoryId::new("phone").unwrap()).unwrap().stopped_from.is_some());
    let local = jiff::civil::date(2024, 10, 1).at(12, 0, 0, 0);
    let noon =
        Moment { at: UnixMicros(0), local, business_date: BusinessDate(0), cut_over: jiff::civil::Time::midnight() };
    assert_eq!(campaign.caps(&noon).count(), 1);
    let windows = text.replace('\n', "\r\n");
    assert_eq!(campaign::parse(Path::new("x"), &windows).unwrap().digest, definition.digest);
}

#[test]
fn what_is_wrong_is_told_with_line_and_key() {
    check(
        "1 = 2000",
        "1 = 20000",
        &[
            "c.toml:45: categories[0].rate_basis_points_by_grade.1: found 20000, expected 1 to 10000 hundredths of a percent \
         (10000 is the whole price)",
        ],
    );
    check(
        "{ 1 = 2000, 2",
        "{ 1 = 2000, 7",
        &[
            "c.toml:45: categories[0].rate_basis_points_by_grade.7: found grade \"7\", expected grades 1 to 5, each once",
        ],
    );
    check(
        "cap_per_item_fen = 200_000",
        "cap_per_item_fen = -1",
        &["c.toml:46: categories[0].cap_per_item_fen: found invalid value: integer `-1`, expected u64"],
    );
    check(
        "cap_per_item_fen",
        "cap_per_itme_fen",
        &["c.toml:46: categories[0].cap_per_itme_fen: found unknown field `cap_per_itme_fen`, expected one of `ids`, \
         `subtypes`, `without_subtypes`, `rate_basis_points`, `rate_basis_points_by_grade`, `rate_basis_points_without_grade`, `cap_per_item_fen`, \
         `items_per_person`, `money_per_person_fen`, `price_min_fen`, `price_max_fen`, `budget_fen`, `stopped_from`"],
    );
    check(
        "last = 2024-12-31",
        "last = 2024-09-05",
        &["c.toml:8: period.last: found 2024-09-05, expected 2024-09-06 (period.first) or later"],
    );
    check(
        "first = 2024-09-06",
        "first = 10:00:00",
        &["c.toml:8: period.first: found 10:00:00, expected a date, for example 2024-09-06"],
    );
    check(
        "until = 23:00:00",
        "until = 10:00:00",
        &[
            "c.toml:12: daily_window.until: found 10:00:00, expected another time than daily_window.from; no daily_window for all \
         day",
        ],
    );
    check(
        "stopped_from = 2024-11-08T00:00:00",
        "stopped_from = 2024-11-08T00:00:00+08:00",
        &[
            "c.toml:55: categories[1].stopped_from: found 2024-11-08T00:00:00+08:00, expected a date and time of the programme's \
         zone without offset, for example 2024-11-08T00:00:00",
        ],
    );
    check(
        "id = \"shenzhen-bureau\"",
        "id = \"shenzhen-bureau\"\nshare_basis_points = 9_999",
        &["c.toml:30: sponsors: found shares of 9999 in all, expected share_basis_points that add up to 10000"],
    );
}

#[test]
fn sponsors_that_pay_in_order_read_as_written() {
    let sponsors = "sponsor_split = \"in-order\"\n\n[budget]";
    let text = shipped("shenzhen-2024.toml").replacen("[budget]", sponsors, 1);
    let first = "[[sponsors]]\nid = \"brand\"\nat_most_fen = 300\n\n[[sponsors]]";
    let campaign = campaign::parse(Path::new("c.toml"), &text.replacen("[[sponsors]]", first, 1)).unwrap().value;
    let parts = campaign.sponsors.split(MinorUnits::new(1_000));
    let parts: Vec<_> = parts.iter().map(|part| (part.sponsor.as_str(), part.amount.get())).collect();
    assert_eq!(parts, [("brand", 300), ("shenzhen-bureau", 700)]);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = shipped("shenzhen-2024.toml");
    let text = text.replace("\"shenzhen-2024\"", "\"Shenzhen\"").replace("440300", "4403");
    let text = text.replace("\"phone\"", "\"tablet\"").replace("12_000_000_000", "0");
    let errors = campaign::parse(Path::new("c.toml"), &text).unwrap_err();
    let keys: Vec<&str> = errors.errors().iter().map(|error| error.key.as_str()).collect();
    assert_eq!(keys, ["id", "places[0]", "budget.campaign_fen", "categories[2].ids[0]"]);
}

#[test]
fn two_campaigns_of_one_id_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().join("a.toml"), folder.path().join("b.toml")];
    for path in &paths {
        std::fs::write(path, shipped("shenzhen-2024.toml")).unwrap();
    }
    assert_eq!(campaign::load_all(&paths[..1]).unwrap().len(), 1);
    let errors = campaign::load_all(&paths).unwrap_err();
    assert!(errors.to_string().contains("a second time"), "{errors}");
    assert!(campaign::load(&folder.path().join("missing.toml")).is_err());
}

#[test]
fn refund_policies_read_as_written() {
    let check = |written: &str, allowance, split| {
        let text = shipped("shenzhen-2024.toml");
        let (before, _) = text.split_once("[refund]").unwrap();
        let campaign = campaign::parse(Path::new("c.toml"), &format!("{before}{written}")).unwrap().value;
        assert_eq!(campaign.refund, RefundPolicy { allowance, split }, "{written}");
    };
    let table = |keys: &str| format!("[refund]\n{keys}\n");
    let (full, pro_rata) = (AllowanceReturn::OnFullReturnOnly, RefundSplit::ProRata);
    check("", full, pro_rata);
    check("[refund]", full, pro_rata);
    check(&table("allowance = \"never\""), AllowanceReturn::Never, pro_rata);
    check(&table("allowance = \"same-day\""), AllowanceReturn::SameDay, pro_rata);
    check(&table("allowance = \"next-day\""), AllowanceReturn::NextDay, pro_rata);
    check(&table("allowance = \"on-full-return\""), full, pro_rata);
    check(&table("split = \"pro-rata\""), full, pro_rata);
    check(&table("split = \"subsidy-first\""), full, RefundSplit::SubsidyFirst);
    check(&table("split = \"whole-order-only\""), full, RefundSplit::WholeOrderOnly);
    check(&table("split = \"not-refundable\""), full, RefundSplit::NotRefundable);
    let shipped = campaign::parse(Path::new("c.toml"), &shipped("shenzhen-2024.toml")).unwrap().value;
    assert_eq!(shipped.refund, RefundPolicy { allowance: full, split: RefundSplit::SubsidyFirst });
}

#[test]
fn a_refund_policy_that_is_wrong_is_told_with_line_and_key() {
    check(
        "split = \"subsidy-first\"",
        "split = \"coupon-first\"",
        &[
            "c.toml:84: refund.split: found unknown variant `coupon-first`, expected one of `subsidy-first`, `pro-rata`, \
         `whole-order-only`, `not-refundable`",
        ],
    );
    check(
        "allowance = \"on-full-return\"",
        "allowance = \"sometimes\"",
        &[
            "c.toml:85: refund.allowance: found unknown variant `sometimes`, expected one of `never`, `same-day`, `next-day`, \
         `on-full-return`",
        ],
    );
    check(
        "allowance = \"on-full-return\"",
        "allowances = \"never\"",
        &["c.toml:85: refund.allowances: found unknown field `allowances`, expected `allowance` or `split`"],
    );
}

#[test]
fn allowances_of_a_person_that_are_wrong_are_told_with_line_and_key() {
    let with = |keys: &str| format!("[per_person]\n{keys}\n\n[budget]");
    check(
        "[budget]",
        &with("week_items = 0\nyear_fen = 0"),
        &[
            "c.toml:27: per_person.week_items: found 0, expected at least 1; no key for any number",
            "c.toml:28: per_person.year_fen: found 0, expected a number of fen over zero",
        ],
    );
    check(
        "[budget]",
        &with("month_items = 1"),
        &[
            "c.toml:27: per_person.month_items: found unknown field `month_items`, expected one of `week_items`, `week_fen`, \
         `year_items`, `year_fen`, `campaign_items`, `campaign_fen`",
        ],
    );
}

#[test]
fn an_order_subsidised_as_one_is_not_split_by_grade() {
    let text = shipped("guangzhou-2024-04.toml").replace("rate_basis_points =", "rate_basis_points_without_grade =");
    let errors = campaign::parse(Path::new("c.toml"), &text).unwrap_err().to_string();
    assert!(errors.contains("categories[0].rate_basis_points_by_grade: found a value with"), "{errors}");
}
