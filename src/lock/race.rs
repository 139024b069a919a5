//! Two futures at once, and what the first of them gives.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Which one was first.
#[derive(Debug)]
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Waits for either. The left one is asked first, and the other one is dropped where it stands.
pub(crate) async fn race<A: Future, B: Future>(left: A, right: B) -> First<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|cx| {
        if let Poll::Ready(output) = left.as_mut().poll(cx) {
            return Poll::Ready(First::Left(output));
        }
        right.as_mut().poll(cx).map(First::Right)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn the_first_one_counts_and_of_two_the_left_one() {
        assert!(matches!(race(pending::<()>(), ready(1)).await, First::Right(1)));
        assert!(matches!(race(ready(2), pending::<()>()).await, First::Left(2)));
        assert!(matches!(race(ready(3), ready(4)).await, First::Left(3)));
    }
}
