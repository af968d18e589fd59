//! What is said of a secret that was pasted back with something beside it.

use crate::domain::secret::{Beside, Side};
use crate::text::Text;

impl Text {
    /// What stands beside the secret, and where.
    #[must_use]
    pub fn not_alone(self, beside: &[(Side, Beside)]) -> String {
        let sides = [
            (Side::Before, "beside.before"),
            (Side::Within, "beside.within"),
            (Side::Behind, "beside.behind"),
        ];
        let between = self.say("beside.between");
        let sides = sides.iter().filter_map(|(side, sentence)| {
            let there = beside.iter().filter(|(at, _)| at == side);
            let there: Vec<String> = there.map(|(_, one)| self.beside(*one)).collect();
            let there = (!there.is_empty()).then(|| there.join(between))?;
            Some(self.fill(sentence, &[("what", &there)]))
        });
        let beside = sides.collect::<Vec<_>>().join(between);
        self.fill("beside.not_alone", &[("beside", &beside)])
    }

    fn beside(self, one: Beside) -> String {
        self.say(match one {
            Beside::Space => "beside.space",
            Beside::Tab => "beside.tab",
            Beside::LineBreak => "beside.line_break",
            Beside::Quote => "beside.quote",
            Beside::Header => "beside.header",
            Beside::More => "beside.more",
            Beside::Unseen(c) => {
                let code = format!("{:04X}", u32::from(c));
                return self.fill("beside.unseen", &[("code", &code)]);
            }
        })
        .to_owned()
    }
}
