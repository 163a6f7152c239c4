//! The library in a data directory: what its changes make of the configuration's files, and what is refused.

use jiff::civil::datetime;
use lijian_config::digest::FileDigest;
use lijian_config::error::ConfigErrors;
use lijian_config::library::{Change, Deed, InForce, Library, Register, candidate, history, rows_in_force};
use lijian_config::switch::{self, Environment, Loaded};
use lijian_domain::ids::{Gtin, LinkName, MerchantId, TerminalId};
use lijian_domain::merchants::{Merchant, NotAdmitted};
use std::fs;
use std::path::{Path, PathBuf};

const PRODUCTS: &str = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n";
const MERCHANTS: &str = "merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to";
const TERMINALS: &str = "merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to\n";
const BLACK_LIST: &str = "merchant_id,acquirer,credit_code,terminal_id,from,until,reason\n";
const CODE: &str = "91350100M000100Y43";
const FRIDGE: Gtin = Gtin(6_901_840_100_070);

/// A folder with a configuration, and its library.
struct World {
    folder: tempfile::TempDir,
    changes: u64,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), changes: 0 };
        let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns/shenzhen-2024.toml");
        let switch = format!(
            "[store]\npath = \"data\"\n[campaigns]\nfiles = [{:?}]\n[catalogue]\nfiles = [\"catalogue.csv\"]\n[merchants]\n\
             files = [\"merchants.csv\"]\n[admin]\nlisten = \"127.0.0.1:8080\"\n[links.acquirers.ascii]\n\
             listen = \"127.0.0.1:8583\"\ndialect = \"iso87-ascii\"\nissuer = \"issuer\"\n[links.issuers.issuer]\n\
             hosts = [\"127.0.0.1:9583\"]\ndialect = \"iso87-ascii\"\n",
            campaign.display()
        );
        world.write("switch.toml", &switch);
        world.write("catalogue.csv", &format!("{PRODUCTS}6901840100070,refrigerator,B,M,N,1,500000,,\n"));
        world.write("merchants.csv", &format!("{MERCHANTS}\nM1,{CODE},Shop,440305,ascii,,,\n"));
        fs::create_dir_all(world.path("data/library")).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn load(&self) -> Result<Loaded, ConfigErrors> {
        switch::load(&self.path("switch.toml"), &[], None, Environment::default())
    }

    fn loaded_with(&self, set: &str) -> Result<Loaded, ConfigErrors> {
        let (key, value) = set.split_once('=').unwrap();
        let value = format!("[{:?}]", self.path(value).display().to_string());
        switch::load(&self.path("switch.toml"), &[(key.to_owned(), value)], None, Environment::default())
    }

    fn change(&mut self, register: Register, text: Option<&str>, keys: &[&str]) -> PathBuf {
        self.changes += 1;
        let deed = match text {
            Some(text) => Deed::Imported {
                sha256: FileDigest::of_text(text).to_string(),
                rows: 1,
                refused: 0,
                source: "a.csv".to_owned(),
            },
            None => Deed::Withdrawn { keys: keys.iter().map(|key| (*key).to_owned()).collect() },
        };
        let at = "2024-10-01T02:00:00Z".to_owned();
        let change = Change { number: self.changes, at, by: "li".to_owned(), register, deed };
        let file = change.file(&self.path("data/library"));
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let log = self.path("data/library/changes.log");
        let before = fs::read_to_string(&log).unwrap_or_default();
        fs::write(log, before + &change.line().unwrap()).unwrap();
        file
    }
}

fn merchant(loaded: &Loaded) -> &Merchant {
    let id = MerchantId::new("M1").unwrap();
    loaded.rules.merchants.merchant(LinkName::new("ascii").unwrap(), id).unwrap()
}

fn filed(loaded: &Loaded) -> Option<u64> {
    loaded.rules.catalogue.product(FRIDGE)?.filed_price.map(|price| price.get())
}

#[test]
fn later_changes_take_the_place_of_earlier_rows() {
    let mut world = World::new();
    let first = world.load().unwrap();
    assert_eq!((filed(&first), first.rules.catalogue.len()), (Some(500_000), 1));
    let two = "6901840100070,refrigerator,B,M,N,1,400000,,\n6901840100087,refrigerator,B,M2,N,1,,,\n";
    world.change(Register::Products, Some(&format!("{PRODUCTS}{two}")), &[]);
    let second = world.load().unwrap();
    assert_eq!((filed(&second), second.rules.catalogue.len()), (Some(400_000), 2));
    assert_ne!(first.rules.version, second.rules.version);
    world.change(Register::Products, None, &["6901840100070"]);
    let third = world.load().unwrap();
    assert_eq!((filed(&third), third.rules.catalogue.len()), (None, 1));
    world.change(Register::Products, Some(&format!("{PRODUCTS}06901840100070,refrigerator,B,M,N,1,300000,,\n")), &[]);
    let last = world.load().unwrap();
    assert_eq!((filed(&last), last.rules.catalogue.len()), (Some(300_000), 2));
    let mut versions = vec![first.rules.version, second.rules.version, third.rules.version, last.rules.version];
    versions.dedup();
    assert_eq!(versions.len(), 4);

    let again = switch::rules(&last.config.rule_files).unwrap();
    assert_eq!((again.version, again.catalogue.len()), (last.rules.version, 2), "from its files alone");

    let files = last.config.rule_files.of(Register::Products);
    let told = history(Register::Products, files, &last.library, "6901840100070").unwrap();
    let prices: Vec<_> = told.iter().map(|entry| entry.row.as_ref().map(|row| row[6].clone())).collect();
    let price = |fen: &str| Some(fen.to_owned());
    assert_eq!(prices, [price("500000"), price("400000"), None, price("300000")]);
    let export = rows_in_force(Register::Products, files, &last.library).unwrap();
    let rows = "6901840100070,refrigerator,B,M,N,1,300000,,,\n6901840100087,refrigerator,B,M2,N,1,,,,\n";
    assert!(export.ends_with(&format!(",subtype\n{}", rows.replacen("69", "069", 1))), "{export}");
}

#[test]
fn an_import_that_was_changed_since_is_refused() {
    let mut world = World::new();
    let row = format!("{PRODUCTS}6901840100087,refrigerator,B,M,N,1,400000,,\n");
    let file = world.change(Register::Products, Some(&row), &[]);
    fs::write(&file, row.replace("400000", "900000")).unwrap();
    let told = world.load().unwrap_err().to_string();
    assert!(told.contains("000001-products.csv: found a file with SHA-256"), "{told}");
    fs::remove_file(&file).unwrap();
    assert!(world.load().unwrap_err().to_string().contains("000001-products.csv: found"));
}

#[test]
fn terminals_and_black_list_narrow_a_merchant() {
    let mut world = World::new();
    let noon = datetime(2024, 10, 1, 12, 0, 0, 0);
    let admit =
        |loaded: &Loaded, terminal: &str| merchant(loaded).admission.admit(TerminalId::new(terminal).unwrap(), noon);
    assert_eq!(admit(&world.load().unwrap(), "T9"), Ok(()));
    world.write("terminals.csv", &format!("{TERMINALS}M1,ascii,T1,pos,Door 1,2024-09-01,,\nM1,ascii,T2,,,,,\n"));
    let loaded = world.loaded_with("terminals.files=terminals.csv").unwrap();
    assert_eq!((admit(&loaded, "T1"), admit(&loaded, "T2")), (Ok(()), Err(NotAdmitted::TerminalNotTrained)));
    assert_eq!(admit(&loaded, "T9"), Err(NotAdmitted::TerminalUnknown));
    assert_ne!(loaded.rules.version, world.load().unwrap().rules.version);
    // Of a list that is withdrawn whole nothing is left, and nobody is admitted by it.
    world.change(Register::Terminals, None, &["ascii/M1/T1", "ascii/M1/T2"]);
    let emptied = world.loaded_with("terminals.files=terminals.csv").unwrap();
    for terminal in ["T1", "T9"] {
        assert_eq!(admit(&emptied, terminal), Err(NotAdmitted::TerminalUnknown));
    }

    world.change(Register::BlackList, Some(&format!("{BLACK_LIST},,{CODE},,2024-10-01T12:00,,price gouging\n")), &[]);
    assert_eq!(admit(&world.load().unwrap(), "T9"), Err(NotAdmitted::MerchantBarred));
    world.change(Register::BlackList, None, &[&format!("//{CODE}//2024-10-01T12:00")]);
    world.change(Register::BlackList, Some(&format!("{BLACK_LIST}M1,ascii,,T1,2024-10-01T11:59,,clones\n")), &[]);
    let loaded = world.load().unwrap();
    assert_eq!((admit(&loaded, "T1"), admit(&loaded, "T9")), (Err(NotAdmitted::TerminalBarred), Ok(())));
}

#[test]
fn wrong_lists_are_told() {
    let world = World::new();
    let check = |set: &str, name: &str, text: String, expected: &str| {
        world.write(name, &text);
        let told = world.loaded_with(set).unwrap_err().to_string();
        assert!(told.ends_with(expected), "{told}");
    };
    let terminals = "terminals.files=t.csv";
    check(
        terminals,
        "t.csv",
        format!("{TERMINALS}M1,ascii,T1,,,,,\nM1,ascii,T1,,,,,\n"),
        "t.csv:3: terminal_id: found terminal T1 of merchant M1 on link ascii a second time, expected each terminal of a \
         merchant once",
    );
    check(
        terminals,
        "t.csv",
        format!("{TERMINALS}M2,ascii,T1,,,,,\n"),
        "t.csv:2: merchant_id: found \"M2\", expected a merchant of the registry, on this acquirer link",
    );
    let black_list = "blacklist.files=b.csv";
    check(
        black_list,
        "b.csv",
        format!("{BLACK_LIST}M1,ascii,,,2024-10-01T12:00,2024-10-01T12:00,x\n"),
        "b.csv:2: until: found \"2024-10-01T12:00\", expected later than 2024-10-01T12:00:00 (from)",
    );
    let both = "expected merchant_id and acquirer (and perhaps terminal_id), or credit_code alone";
    check(black_list, "b.csv", format!("{BLACK_LIST}M1,ascii,{CODE},,2024-10-01T12:00,,x\n"), both);
    check(black_list, "b.csv", format!("{BLACK_LIST},,,T1,2024-10-01T12:00,,x\n"), both);
    let located = format!("{MERCHANTS},latitude,longitude\nM1,{CODE},Shop,440305,ascii,,,,22.54,\n");
    check("merchants.files=m.csv", "m.csv", located, "expected latitude and longitude both, or neither");
}

#[test]
fn a_merchant_may_say_where_its_door_is() {
    let world = World::new();
    world.write(
        "merchants.csv",
        &format!("{MERCHANTS},latitude,longitude\nM1,{CODE},Shop,440305,ascii,,,,22.543096,114.057868\n"),
    );
    assert_eq!(merchant(&world.load().unwrap()).location.unwrap().to_string(), "114.057868 22.543096");
}

#[test]
fn a_candidate_is_judged_against_what_is_in_force() {
    let world = World::new();
    let loaded = world.load().unwrap();
    let in_force = InForce { rules: &loaded.rules, acquirers: vec!["ascii"] };
    let check = |register: Register, text: String, rows: u64, refused: u64, expected: &[&str]| {
        let path = world.write("new.csv", &text);
        let candidate = candidate(register, &path, &in_force).unwrap();
        let told: Vec<_> = candidate.errors.errors().iter().map(|error| error.to_string()).collect();
        assert_eq!((candidate.rows, candidate.refused, told.len()), (rows, refused, expected.len()), "{told:?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{told}");
        }
        assert_eq!(candidate.text.lines().count(), usize::try_from(rows).unwrap() + 1);
        assert_eq!(candidate.sha256, FileDigest::of_text(&candidate.text));
    };
    let product = |gtin: &str, price: &str| format!("{gtin},refrigerator,B,\"M,1\",N,1,{price},,\n");
    check(Register::Products, format!("{PRODUCTS}{}", product("6901840100070", "50000")), 1, 0, &[]);
    check(
        Register::Products,
        format!(
            "{PRODUCTS}{}{}x\n{}",
            product("6901840100070", "49999"),
            product("6901840100087", "1000"),
            product("6901840100087", "1000")
        ),
        1,
        3,
        &[":2: filed_price: found \"49999\", expected a price in fen near the 500000 fen in force", ":4:", ":5: gtin"],
    );
    let shop = format!("{MERCHANTS}\nM2,{CODE},Shop,440305,pos,,,\n");
    check(Register::Merchants, shop, 0, 1, &["one of the acquirer links ascii"]);
    check(Register::Terminals, format!("{TERMINALS}M2,ascii,T1,,,,,\n"), 0, 1, &["a merchant of the registry"]);
    check(Register::BlackList, format!("{BLACK_LIST}M9,pos,,,2024-10-01T10:00,,x\n"), 0, 1, &["acquirer links"]);
    assert!(candidate(Register::Products, &world.path("none.csv"), &in_force).is_err());
    assert_eq!(Library::read(&world.path("data")).unwrap(), Library::default());
}
