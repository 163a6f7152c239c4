//! What the tills were told, on disk, and at the end against the journal and the budgets.

use crate::admin::page;
use crate::load::{Acknowledged, Goods};
use crate::oracle::{Acked, Budgets, Ledger, Rate, Rates, Verdict, judge};
use crate::rig::{Programs, RigError, Stage};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Shops of the example's link that speaks ASCII.
pub(super) const SHOPS: [&str; 4] = ["999584057220001", "999584057220003", "999584057220006", "999584057220007"];
/// GTIN, price and weight: two refrigerators of the example, and a plain sale.
const GOODS: [(Option<&str>, u64, u32); 3] =
    [(Some("6901840100070"), 499_900, 5), (Some("6945660300074"), 799_900, 3), (None, 12_850, 4)];
/// 20 %, at most 2,000.00.
const RATE: Rate = Rate { basis_points: 2_000, cap_minor: Some(200_000) };

pub(super) fn goods() -> Vec<Goods> {
    let goods = |(gtin, price_minor, weight): (Option<&str>, _, _)| Goods {
        gtin: gtin.map(str::to_owned),
        price_minor,
        weight,
    };
    GOODS.map(goods).into()
}

/// See the file.
pub(super) struct Books {
    path: PathBuf,
    file: BufWriter<File>,
    failed: Option<io::Error>,
}

impl Books {
    pub(super) fn open(stage: &Stage) -> Result<Self, RigError> {
        let path = stage.told();
        let file = File::create_new(&path).map_err(|source| RigError::File { path: path.clone(), source })?;
        Ok(Self { path, file: BufWriter::with_capacity(1 << 20, file), failed: None })
    }

    /// A till was told something.
    pub(super) fn told(&mut self, told: &Acknowledged) {
        if let Err(error) = writeln!(self.file, "{told}") {
            self.failed.get_or_insert(error);
        }
    }

    /// The oracle's word.
    pub(super) fn judge(
        mut self,
        programs: &Programs,
        stage: &Stage,
        data: &Path,
        admin: SocketAddr,
    ) -> Result<Verdict, RigError> {
        let flushed = self.file.flush();
        let failed = |source| RigError::File { path: self.path.clone(), source };
        if let Some(error) = self.failed.take().or(flushed.err()) {
            return Err(failed(error));
        }
        let unreadable = |error: crate::oracle::ReadError| failed(io::Error::other(error.to_string()));
        let lines = File::open(&self.path).map_err(failed)?;
        let acked = Acked::read(BufReader::new(lines)).map_err(unreadable)?;
        let mut export = Command::new(&programs.switch);
        export.args(["ledger", "export", "--config"]).arg(stage.config()).arg("--data").arg(data);
        let program = |source| RigError::Program { path: programs.switch.clone(), source };
        let mut export = export.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(program)?;
        let output = export.stdout.take().ok_or_else(|| program(io::ErrorKind::BrokenPipe.into()))?;
        let ledger = Ledger::read(BufReader::new(output));
        let status = export.wait().map_err(program)?;
        if !status.success() {
            return Err(RigError::NotReady { name: "ledger export", said: status.to_string() });
        }
        let path = "/api/v1/budgets";
        let wrong = |problem: String| RigError::Page { path, problem };
        let budgets = page(admin, path).map_err(|error| wrong(error.to_string()))?;
        let budgets = Budgets::read(budgets.as_bytes()).map_err(wrong)?;
        let rates: Rates = GOODS.iter().filter_map(|(gtin, ..)| Some((gtin.as_ref()?.to_string(), RATE))).collect();
        Ok(judge(&acked, &ledger.map_err(unreadable)?, &rates, Some(&budgets)))
    }
}
