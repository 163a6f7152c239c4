//! What speaks against other rules: people hold claims of the ones in force.

use crate::chronicle::Chronicle;
use crate::exchange::Exchange;
use lijian_domain::campaign::{Campaign, Pack};
use lijian_domain::time::BusinessDate;
use lijian_store::claims::Claims;

impl Exchange {
    /// What campaigns `after` those `before` would take from people who claimed, a line for each thing; none where nothing
    /// would. A voucher names its claim and a place in its pack: what stands in that place must stay what it was. Whoever entered a
    /// lottery did so for the seed that was published then. A campaign whose days are over may go; one that goes before could come
    /// back as something else.
    pub fn objections(&self, before: &[Campaign], after: &[Campaign]) -> Vec<String> {
        let mut objections = objections(&self.claims, self.latest_date, before, after);
        if let Some(drawing) = &self.drawing {
            let of = drawing.draw.campaign;
            if before.iter().any(|campaign| campaign.id == of) {
                objections.insert(0, format!("{}: its lottery is being drawn: try again in a minute", of.as_str()));
            }
        }
        objections
    }
}

impl Chronicle<'_> {
    /// The same where nothing is under way.
    pub fn objections(&self, before: &[Campaign], after: &[Campaign]) -> Vec<String> {
        objections(self.claims(), self.latest_date, before, after)
    }
}

fn objections(claims: &Claims, latest: BusinessDate, before: &[Campaign], after: &[Campaign]) -> Vec<String> {
    let mut objections = Vec::new();
    for old in before {
        match after.iter().find(|new| new.id == old.id) {
            Some(new) => {
                about_packs(claims, old, new, &mut objections);
                about_lottery(claims, old, new, &mut objections);
            }
            None => objections.extend(about_leaving(claims, latest, old)),
        }
    }
    objections
}

fn about_leaving(claims: &Claims, latest: BusinessDate, old: &Campaign) -> Option<String> {
    let packs = old.qualification.iter().flat_map(|terms| &terms.packs);
    let claimed = packs.filter(|pack| claims.was_claimed(&old.id, &pack.id)).count();
    (claimed > 0 && latest <= BusinessDate::from_civil(old.period.to())).then(|| {
        format!(
            "{}: people claimed {claimed} of its packs, and its days last until {}: expected it to stay until they are over; an \
             earlier last day ends it sooner",
            old.id.as_str(),
            old.period.to()
        )
    })
}

fn about_packs(claims: &Claims, old: &Campaign, new: &Campaign, objections: &mut Vec<String>) {
    let Some(terms) = &old.qualification else { return };
    let new_pack = |pack: &Pack| new.qualification.as_ref().and_then(|terms| terms.pack(&pack.id));
    for pack in terms.packs.iter().filter(|pack| claims.was_claimed(&old.id, &pack.id)) {
        let kept = new_pack(pack).is_some_and(|new| new.members.starts_with(&pack.members));
        if !kept {
            let (campaign, pack, members) = (old.id.as_str(), pack.id.as_str(), pack.members.len());
            objections.push(format!(
                "{campaign}: qualification.packs: people claimed pack {pack}: expected it with its {members} members as they are, in \
                 their order; others may follow them"
            ));
        }
    }
}

fn about_lottery(claims: &Claims, old: &Campaign, new: &Campaign, objections: &mut Vec<String>) {
    let published = |campaign: &Campaign| campaign.qualification.as_ref()?.lottery.map(|lottery| lottery.commitment);
    let entered = claims.entered(&old.id);
    if entered > 0 && published(old).is_some() && published(new) != published(old) {
        objections.push(format!(
            "{}: qualification.lottery: {entered} claims wait for the draw of the seed that was published when they were entered: draw \
             it first",
            old.id.as_str()
        ));
    }
}
