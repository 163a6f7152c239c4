//! What a load came to, as one page of HTML that needs nothing else: figures, the latencies by percentile, and second by second.
//!
//! Charts are SVG that is written here, inside the page: it can be mailed, printed and kept. No script, nothing from elsewhere, and
//! whatever came from a command line is escaped. `page` writes the text around, `tables` the figures, `chart` the axes and lines, `percentiles` and
//! `seconds` say what is drawn. Calls `load` and `stages` for what it shows; does no IO.

#![expect(clippy::float_arithmetic, reason = "places in a drawing, and shown times: never money")]

mod chart;
mod page;
mod percentiles;
mod seconds;
mod tables;

pub use page::{Report, page};

/// Text as it may stand in HTML, also inside of quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Microseconds as people read them: three digits that count.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn time(us: u64) -> String {
    let (number, unit) = match us {
        0..1_000 => return format!("{us} µs"),
        1_000..1_000_000 => (us as f64 / 1_000.0, "ms"),
        _ => (us as f64 / 1_000_000.0, "s"),
    };
    let digits = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.digits$} {unit}")
}

/// A whole number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_it() {
        for (us, expected) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_000, "1.00 ms"),
            (12_345, "12.3 ms"),
            (123_456, "123 ms"),
            (1_234_567, "1.23 s"),
            (3_600_000_000, "3600 s"),
        ] {
            assert_eq!(time(us), expected);
        }
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(escaped("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
