//! A reel as one SVG that moves by CSS alone. Each frame is what changed since the one before and lies over it; it appears
//! at its time and stays until all begins anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::palette::DARK;
use super::reel::{Reel, SIZE};
use super::svg::{Inks, Places, document, draw};

const TITLE: &str = "An API key is made, its secret is shown once, copied and stored, and keyward verify says that it is \
                     valid; the key is locked out, and keyward verify refuses it";

/// The picture. Where motion is not wanted, it shows the frame that tells the most.
pub fn svg(reel: &Reel) -> String {
    let mut inks = Inks::default();
    let (mut before, mut frames) = (Places::new(), Vec::new());
    for (shot, _) in &reel.frames {
        let now = shot.places(&DARK);
        let ground = before.is_empty().then_some(DARK.ground);
        frames.push(draw(&changed(&before, &now), &mut inks, ground));
        before = now;
    }
    let telling = reel.telling;
    let mut rules = format!(
        "g{{animation:{}ms step-end infinite}}\
         @media(prefers-reduced-motion:reduce){{g{{animation:none!important}}#f{telling}~g{{visibility:hidden}}}}",
        reel.lasts()
    );
    let mut begins = 0;
    for (at, (_, ms)) in reel.frames.iter().enumerate() {
        if at > 0 {
            let share = f64::from(begins) * 100.0 / f64::from(reel.lasts());
            let _ = write!(
                rules,
                "#f{at}{{animation-name:f{at}}}\
                 @keyframes f{at}{{0%{{visibility:hidden}}{share:.2}%{{visibility:visible}}}}"
            );
        }
        begins += ms;
    }
    let drawn = shared(&frames);
    document(TITLE, SIZE, &DARK, &inks, &rules, &drawn)
}

/// What is to be drawn so that `now` is seen where `before` was: what has changed, and what is beside that, since a part of
/// a pixel there may have been its.
pub fn changed(before: &Places, now: &Places) -> Places {
    let now: Vec<_> = now.iter().collect();
    let is_new = |at: usize| {
        let (place, is) = now[at];
        before.get(place) != Some(is)
    };
    let beside = |at: usize| at.saturating_sub(1)..(at + 2).min(now.len());
    let in_row = |at: usize, other: usize| now[at].0.0 == now[other].0.0;
    let drawn = (0..now.len()).filter(|at| beside(*at).any(|by| in_row(*at, by) && is_new(by)));
    drawn.map(|at| (*now[at].0, now[at].1.clone())).collect()
}

/// The frames, in which an element that was drawn before is only named.
fn shared(frames: &[Vec<String>]) -> String {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for element in frames.iter().flatten() {
        *times.entry(element).or_default() += 1;
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut drawn = String::new();
    for (at, frame) in frames.iter().enumerate() {
        let _ = writeln!(drawn, "<g id=\"f{at}\">");
        for element in frame {
            let next = names.len();
            match names.get(element.as_str()) {
                Some(name) => {
                    let _ = writeln!(drawn, "<use href=\"#u{name}\"/>");
                }
                None if times[element.as_str()] > 1 => {
                    names.insert(element, next);
                    drawn.push_str(&element.replacen(' ', &format!(" id=\"u{next}\" "), 1));
                }
                None => drawn.push_str(element),
            }
        }
        drawn.push_str("</g>\n");
    }
    drawn
}
