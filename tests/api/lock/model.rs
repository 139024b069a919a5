//! Locks and semaphores against plain models of them: whatever three of them and a stranger do, in whatever order.

use proptest::prelude::*;
use redlane::lock::{Guard, Permit};

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Acquire(usize),
    Extend(usize),
    Release(usize),
    /// A stranger takes it.
    Steal,
    /// Its time is over, as far as the server is concerned.
    Expire,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_usize).prop_map(Step::Acquire),
        2 => (0..3_usize).prop_map(Step::Extend),
        3 => (0..3_usize).prop_map(Step::Release),
        1 => Just(Step::Steal),
        1 => Just(Step::Expire),
    ];
    proptest::collection::vec(step, 1..40)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Nobody,
    Stranger,
    Number(u64),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_lock_does_what_the_model_does(steps in steps(), fair in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (locks, prefix) = locks().await;
            let key = format!("{prefix}a");
            let lock = if fair { locks.lock("a").fair() } else { locks.lock("a") };
            let (mut holder, mut fence) = (Holder::Nobody, 0);
            // Each one's guard, by the fence that tells it from all others.
            let mut guards: [Vec<Guard>; 3] = Default::default();
            for step in steps {
                match step {
                    Step::Acquire(who) => {
                        let guard = lock.try_acquire().await.unwrap();
                        prop_assert_eq!(guard.is_some(), holder == Holder::Nobody, "{:?}", step);
                        if let Some(guard) = guard {
                            fence += 1;
                            prop_assert_eq!(guard.fence(), fence);
                            holder = Holder::Number(fence);
                            guards[who].push(guard);
                        }
                    }
                    Step::Extend(who) => {
                        let Some(guard) = guards[who].last() else { continue };
                        let ours = holder == Holder::Number(guard.fence());
                        prop_assert_eq!(guard.extend(LONG).await.is_ok(), ours);
                        prop_assert_eq!(guard.is_valid(), ours);
                    }
                    Step::Release(who) => {
                        let Some(guard) = guards[who].pop() else { continue };
                        let expected = match holder {
                            Holder::Number(fence) if fence == guard.fence() => ReleaseOutcome::Released,
                            Holder::Nobody => ReleaseOutcome::Expired,
                            _ => ReleaseOutcome::NotOwner,
                        };
                        prop_assert_eq!(guard.release().await.unwrap(), expected);
                        if expected == ReleaseOutcome::Released {
                            holder = Holder::Nobody;
                        }
                    }
                    Step::Steal => {
                        Server::shared().command(&["SET", &key, "stranger"]);
                        holder = Holder::Stranger;
                    }
                    Step::Expire => {
                        Server::shared().command(&["DEL", &key]);
                        holder = Holder::Nobody;
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_semaphore_does_what_the_model_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (locks, prefix) = locks().await;
            let key = format!("{{{prefix}s}}:s");
            let semaphore = locks.semaphore("s", 2);
            let (mut strangers, mut held) = (0, Vec::<u64>::new());
            let mut permits: [Vec<(u64, Permit)>; 3] = Default::default();
            let mut number = 0;
            for step in steps {
                match step {
                    Step::Acquire(who) => {
                        let permit = semaphore.try_acquire().await.unwrap();
                        prop_assert_eq!(permit.is_some(), held.len() + strangers < 2, "{:?}", step);
                        if let Some(permit) = permit {
                            number += 1;
                            held.push(number);
                            permits[who].push((number, permit));
                        }
                    }
                    Step::Extend(who) => {
                        let Some((number, permit)) = permits[who].last() else { continue };
                        prop_assert_eq!(permit.extend(LONG).await.is_ok(), held.contains(number));
                    }
                    Step::Release(who) => {
                        let Some((number, permit)) = permits[who].pop() else { continue };
                        let ours = held.contains(&number);
                        let expected = if ours { ReleaseOutcome::Released } else { ReleaseOutcome::Expired };
                        prop_assert_eq!(permit.release().await.unwrap(), expected);
                        held.retain(|one| *one != number);
                    }
                    Step::Steal => {
                        Server::shared().command(&["ZADD", &key, "9000000000000", &format!("stranger{strangers}")]);
                        strangers += 1;
                    }
                    Step::Expire => {
                        Server::shared().command(&["DEL", &key]);
                        (strangers, held) = (0, Vec::new());
                    }
                }
            }
            Ok(())
        })?;
    }
}
