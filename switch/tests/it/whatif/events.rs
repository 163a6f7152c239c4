//! What happens on the days of the record.

/// A shop and its district.
pub(super) const SHOPS: [(&str, &str); 2] = [("999584057220001", "440303"), ("999584057220003", "440304")];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Category {
    Phone,
    Stove,
}

impl Category {
    pub(super) const fn gtin(self) -> &'static str {
        match self {
            Self::Phone => "6962410800073",
            Self::Stove => "6901840100070",
        }
    }

    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Stove => "stove",
        }
    }
}

/// How a sale that is decided in favour ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Approved,
    Declined,
    /// In doubt, then released.
    Doubt,
    /// A quote that nobody uses.
    Unused,
}

/// A request. A minute passes before each event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ask {
    pub(super) person: u8,
    pub(super) category: Category,
    pub(super) price: u64,
    pub(super) quoted: bool,
    pub(super) end: End,
    /// Whether a refusal keeps what was asked.
    pub(super) kept: bool,
}

/// Sales are named by the place of their event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    Ask(Ask),
    Reverse(usize),
    /// A void, and whether it is undone.
    Void(usize, bool),
    /// A refund of so much of the price.
    Refund(usize, u64),
    /// The next morning at ten.
    NextDay,
}

/// So many events by chance, over three days.
pub(super) fn by_chance(seed: u64, count: usize) -> Vec<Event> {
    let mut state = seed;
    let mut dice = move |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let mut events = Vec::new();
    for at in 0..count {
        let earlier = |roll: u64| usize::try_from(roll).unwrap();
        let event = match dice(20) {
            _ if at == count / 3 || at == count * 2 / 3 => Event::NextDay,
            0 => Event::Reverse(earlier(dice(at as u64 + 1))),
            1 => Event::Void(earlier(dice(at as u64 + 1)), dice(3) == 0),
            2..=3 => Event::Refund(earlier(dice(at as u64 + 1)), 1 + dice(300_000)),
            _ => Event::Ask(Ask {
                person: u8::try_from(dice(60)).unwrap(),
                category: if dice(2) == 0 { Category::Phone } else { Category::Stove },
                price: 30_000 + dice(600_000),
                quoted: dice(4) == 0,
                end: match dice(10) {
                    0 => End::Declined,
                    1 => End::Doubt,
                    _ => End::Approved,
                },
                kept: true,
            }),
        };
        events.push(event);
    }
    // Some quotes come to nothing.
    for event in events.iter_mut().step_by(7) {
        if let Event::Ask(ask) = event
            && ask.quoted
        {
            ask.end = End::Unused;
        }
    }
    events
}
