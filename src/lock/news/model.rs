//! The rule against a model of a server: whatever is late, lost or ends without a word, nobody who waits is left alone
//! with a lock that somebody has given back.

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;

const LONG: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Another process takes it, and says so or not.
    Take {
        tells: bool,
    },
    /// One of this process does who does not wait; his question may be executed once more at any time, or not.
    TakeOurs {
        tells: bool,
        settled: bool,
    },
    /// Whoever has it gives it back, and says who, or only that he does.
    GiveBack {
        names: bool,
    },
    /// It ends without a word: by the clock, by an operator, with all that the server has.
    Vanish,
    /// A question of a holding of ours that is over is executed late.
    ComeBack(usize),
    /// The waiter's question is sent, executed, and answered or not.
    Ask,
    Execute,
    Answer {
        lost: bool,
    },
    /// The next word arrives, or the answer to our next release.
    Hear,
    HearOfRelease,
    /// The waiter gives up, or one comes.
    Leave,
    Come,
}

fn step() -> impl Strategy<Value = Step> {
    let mostly = |often: bool| prop_oneof![4 => Just(often), 1 => Just(!often)];
    prop_oneof![
        3 => mostly(true).prop_map(|tells| Step::Take { tells }),
        2 => (mostly(true), mostly(true)).prop_map(|(tells, settled)| Step::TakeOurs { tells, settled }),
        4 => mostly(true).prop_map(|names| Step::GiveBack { names }),
        2 => Just(Step::Vanish),
        2 => (0..4_usize).prop_map(Step::ComeBack),
        3 => Just(Step::Ask),
        3 => Just(Step::Execute),
        3 => mostly(false).prop_map(|lost| Step::Answer { lost }),
        5 => Just(Step::Hear),
        2 => Just(Step::HearOfRelease),
        1 => Just(Step::Leave),
        2 => Just(Step::Come),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Word {
    Held(HoldingId),
    Free(HoldingId),
    Try,
}

/// Whoever of this process has the turn to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiter {
    Nobody,
    /// He has a reason to ask.
    Called,
    Asks,
    Refused,
    Won(HoldingId),
    /// He waits for a call, or for the clock.
    Rests,
    /// For a moment.
    LetsOthersGoFirst,
}

struct World {
    news: News,
    waiter: Waiter,
    /// A call is kept for whoever waits next.
    stored: bool,
    /// Who has it, and whether he is of this process.
    holder: Option<(HoldingId, bool)>,
    /// The last end was told of.
    told: bool,
    /// How many there have been.
    holdings: u64,
    /// Of this process, oldest first, what may come back.
    unsettled: Vec<HoldingId>,
    words: VecDeque<Word>,
    releases: VecDeque<HoldingId>,
}

impl World {
    fn new() -> Self {
        Self {
            news: News::default(),
            waiter: Waiter::Nobody,
            stored: false,
            holder: None,
            told: false,
            holdings: 0,
            unsettled: Vec::new(),
            words: VecDeque::new(),
            releases: VecDeque::new(),
        }
    }

    /// Somebody waits for the clock, though nothing will come any more and he could have it.
    fn is_forgotten(&self) -> bool {
        self.holder.is_none() && self.told && self.words.is_empty() && self.waiter == Waiter::Rests
    }

    fn new_holding(&mut self) -> HoldingId {
        self.holdings = self.holdings.wrapping_add(1);
        HoldingId::numbered(self.holdings)
    }

    fn take(&mut self, id: HoldingId, is_ours: bool, tells: bool) {
        self.holder = Some((id, is_ours));
        if tells {
            self.words.push_back(Word::Held(id));
        }
    }

    /// One has come to his turn after another: he relies on what is known.
    fn next(&mut self) {
        let rests = self.news.taken().is_some() && !self.stored;
        self.waiter = if rests { Waiter::Rests } else { Waiter::Called };
    }

    fn call(&mut self) {
        match self.waiter {
            Waiter::Rests | Waiter::LetsOthersGoFirst => self.waiter = Waiter::Called,
            _ => self.stored = true,
        }
    }

    /// `Break` when the step makes no sense now.
    fn step(&mut self, step: Step) -> ControlFlow<()> {
        const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
        let (now, is_free) = (Instant::now(), self.holder.is_none());
        match (step, self.waiter) {
            (Step::Take { tells }, _) if is_free => {
                let id = self.new_holding();
                self.take(id, false, tells);
            }
            (Step::TakeOurs { tells, settled }, _) if is_free => {
                let id = self.new_holding();
                self.take(id, true, tells);
                if !settled {
                    self.unsettled.push(id);
                }
            }
            (Step::GiveBack { names }, waiter) => {
                // Who does not know that he has it cannot give it back.
                let held = self.holder.take_if(|(id, _)| waiter != Waiter::Won(*id));
                let Some((id, is_ours)) = held else { return ControlFlow::Break(()) };
                self.told = true;
                self.words.push_back(if is_ours || names { Word::Free(id) } else { Word::Try });
                if is_ours {
                    self.releases.push_back(id);
                }
            }
            (Step::Vanish, _) if !is_free => (self.holder, self.told) = (None, false),
            (Step::ComeBack(which), _) if is_free => {
                let Some(id) = self.unsettled.iter().rev().nth(which).copied() else {
                    return ControlFlow::Break(());
                };
                self.take(id, true, true);
            }
            (Step::Ask, Waiter::Called | Waiter::Rests | Waiter::LetsOthersGoFirst) => {
                self.stored = false;
                self.news.ask();
                self.waiter = Waiter::Asks;
            }
            (Step::Execute, Waiter::Asks) => match self.holder {
                Some(_) => self.waiter = Waiter::Refused,
                None => {
                    let id = self.new_holding();
                    self.take(id, true, true);
                    self.waiter = Waiter::Won(id);
                }
            },
            (Step::Answer { lost: true }, Waiter::Refused) => self.next(),
            (Step::Answer { .. }, Waiter::Refused) => {
                self.news.refused();
                self.waiter = if self.stored { Waiter::Called } else { Waiter::Rests };
            }
            (Step::Answer { .. }, Waiter::Won(id)) => {
                self.news.won(id, now.checked_add(LONG), now);
                self.next();
            }
            (Step::Hear, waiter) => {
                let Some(word) = self.words.pop_front() else { return ControlFlow::Break(()) };
                let calls = match word {
                    Word::Held(id) => {
                        self.news.held(id, LONG, now);
                        if waiter == Waiter::LetsOthersGoFirst && self.news.taken().is_some() {
                            self.waiter = Waiter::Rests;
                        }
                        false
                    }
                    Word::Free(id) => self.news.free(id),
                    Word::Try => {
                        self.news.call();
                        true
                    }
                };
                if calls {
                    self.call();
                }
            }
            (Step::HearOfRelease, _) => {
                let Some(id) = self.releases.pop_front() else { return ControlFlow::Break(()) };
                if !self.unsettled.contains(&id) {
                    self.news.gave_back(id, now);
                }
            }
            (Step::Leave, Waiter::Called | Waiter::Rests | Waiter::LetsOthersGoFirst | Waiter::Refused) => {
                self.waiter = Waiter::Nobody;
            }
            (Step::Come, Waiter::Nobody) => {
                self.stored = false;
                match self.news.let_others_go_first(now) {
                    Some(_) => self.waiter = Waiter::LetsOthersGoFirst,
                    None => self.next(),
                }
            }
            _ => return ControlFlow::Break(()),
        }
        GO_ON
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nobody_waits_for_the_clock_when_somebody_has_given_it_back(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new();
        let mut done = Vec::new();
        for step in steps {
            if world.step(step).is_continue() {
                done.push(step);
            }
            prop_assert!(!world.is_forgotten(), "{done:?}");
        }
    }
}
