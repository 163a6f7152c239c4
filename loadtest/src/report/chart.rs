//! Axes and lines.

use super::escaped;
use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;

/// An axis: from where to where, and where it is named.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) marks: Vec<(f64, String)>,
    pub(super) name: &'static str,
}

/// A line: its style in the page, its name, and its points in the units of the axes.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) style: &'static str,
    pub(super) name: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

impl Axis {
    /// Where a value stands, from 0 to 1; what lies outside stands at the edge.
    fn place(&self, value: f64) -> f64 {
        let span = self.to - self.from;
        if span > 0.0 { ((value - self.from) / span).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whole numbers from 0 to at least `most`, named at four or five of them.
    pub(super) fn counting(most: f64, name: &'static str, text: impl Fn(f64) -> String) -> Self {
        let rough = (most / 4.0).max(1.0);
        let decade = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|times| times * decade).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(rough).max(1.0).ceil();
        let steps = (most / step).ceil().max(1.0);
        let mut marks = Vec::new();
        let mut mark = 0.0;
        while mark <= steps * step {
            marks.push((mark, text(mark)));
            mark += step;
        }
        Self { from: 0.0, to: steps * step, marks, name }
    }

    /// Powers of ten of microseconds, around all of these; values on it are logarithms.
    pub(super) fn logarithmic(values: impl Iterator<Item = u64>, name: &'static str) -> Self {
        let (least, most) =
            values.filter(|us| *us > 0).fold((u64::MAX, 1), |(least, most), us| (least.min(us), most.max(us)));
        let (from, to) = (logarithm(least.min(most)).floor(), logarithm(most).ceil());
        let to = if to > from { to } else { from + 1.0 };
        let mut marks = Vec::new();
        let mut decade = 1_u64;
        for power in 0_u8..13 {
            let at = f64::from(power);
            if at >= from && at <= to {
                marks.push((at, super::time(decade)));
            }
            decade = decade.saturating_mul(10);
        }
        Self { from, to, marks, name }
    }
}

/// Of microseconds; those under one count as one.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
pub(super) fn logarithm(us: u64) -> f64 {
    (us.max(1) as f64).log10()
}

/// The drawing. `title` is what those hear who do not see it; a mark is a line from top to bottom, with what it says to who
/// points at it.
pub(super) fn chart(
    title: &str,
    height: f64,
    (x, y): (&Axis, &Axis),
    lines: &[Line],
    marks: &[(f64, String)],
) -> String {
    let (across, down) = (WIDTH - LEFT - RIGHT, height - TOP - BOTTOM);
    let at_x = |value: f64| LEFT + across * x.place(value);
    let at_y = |value: f64| TOP + down * (1.0 - y.place(value));
    let mut out = String::new();
    let title = escaped(title);
    let _ = write!(
        out,
        "<div class=\"wide\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\" xmlns=\"http://www.w3.org/2000/svg\"><title>{title}</title>"
    );
    for (value, text) in &y.marks {
        let (at, text) = (at_y(*value), escaped(text));
        let (right, label) = (WIDTH - RIGHT, LEFT - 8.0);
        let _ = write!(out, "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\"/>");
        let _ = write!(out, "<text x=\"{label}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", at + 4.0);
    }
    let foot = height - BOTTOM;
    for (value, text) in &x.marks {
        let (at, text) = (at_x(*value), escaped(text));
        let _ = write!(out, "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{foot}\"/>");
        let _ = write!(out, "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>", foot + 18.0);
    }
    let (middle, below) = (LEFT + across / 2.0, height - 6.0);
    let _ = write!(
        out,
        "<text class=\"name\" x=\"{middle:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{}</text>",
        escaped(x.name)
    );
    let beside = TOP + down / 2.0;
    let _ = write!(
        out,
        "<text class=\"name\" x=\"14\" y=\"{beside:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {beside:.1})\">{}</text>",
        escaped(y.name)
    );
    for (value, text) in marks {
        let (at, text) = (at_x(*value), escaped(text));
        let _ = write!(
            out,
            "<line class=\"mark\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{foot}\"><title>{text}</title></line>"
        );
    }
    for line in lines {
        let points: Vec<String> =
            line.points.iter().map(|(across, up)| format!("{:.1},{:.1}", at_x(*across), at_y(*up))).collect();
        let _ = write!(out, "<polyline class=\"{}\" points=\"{}\"/>", line.style, points.join(" "));
    }
    out.push_str("</svg></div>");
    let keys = lines.iter().map(|line| format!("<span class=\"key {}\">{}</span>", line.style, escaped(line.name)));
    let failed = if marks.is_empty() { "" } else { "<span class=\"key mark\">something failed</span>" };
    let _ = write!(out, "<p class=\"keys\">{}{failed}</p>", keys.collect::<String>());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_the_axes_say() {
        let x = Axis { from: 0.0, to: 10.0, marks: vec![(5.0, "<five>".to_owned())], name: "x" };
        let y = Axis { from: 1.0, to: 3.0, marks: vec![(2.0, "two".to_owned())], name: "y" };
        let line =
            Line { style: "first", name: "a & b", points: vec![(0.0, 1.0), (5.0, 2.0), (10.0, 3.0), (99.0, -9.0)] };
        let drawn = chart("what it shows", 300.0, (&x, &y), &[line], &[(5.0, "1 < 2".to_owned())]);
        // 860 wide less 76 and 14 beside, 300 high less 14 and 46.
        assert!(drawn.contains("points=\"76.0,254.0 461.0,134.0 846.0,14.0 846.0,254.0\""), "{drawn}");
        assert!(drawn.contains("x=\"461.0\" y=\"272.0\" text-anchor=\"middle\">&lt;five&gt;<"), "{drawn}");
        assert!(drawn.contains(">a &amp; b<"), "{drawn}");
        assert!(drawn.contains("x1=\"461.0\" y1=\"14\" x2=\"461.0\" y2=\"254\"><title>1 &lt; 2</title>"), "{drawn}");
    }

    #[test]
    fn axes_are_around_what_they_show() {
        for (most, marks) in [(0.0, 2), (1.0, 2), (9.0, 4), (4_321.0, 4), (1_234_567.0, 4)] {
            let axis = Axis::counting(most, "", |value| format!("{value}"));
            assert!(axis.to >= most && axis.to <= (most * 1.5).max(2.0), "{most}: {axis:?}");
            assert_eq!(axis.marks.len(), marks, "{axis:?}");
        }
        let axis = Axis::logarithmic([0, 55, 120_000].into_iter(), "");
        assert_eq!((axis.from, axis.to), (1.0, 6.0));
        let names: Vec<_> = axis.marks.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["10 µs", "100 µs", "1.00 ms", "10.0 ms", "100 ms", "1.00 s"]);
        let none = Axis::logarithmic(std::iter::empty(), "");
        assert_eq!((none.from, none.to), (0.0, 1.0));
    }
}
