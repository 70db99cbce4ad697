//! A few sessions shared by many calls, handed out in the order of asking, so that no call waits while a later one is served.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Items of which each is used by one at a time.
pub(crate) struct Pool<T> {
    queue: Mutex<Queue<T>>,
    turn: Condvar,
}

struct Queue<T> {
    free: Vec<T>,
    next_ticket: u64,
    now_serving: u64,
}

impl<T> Pool<T> {
    /// A pool of these items; `take` on an empty one would wait for ever.
    pub(crate) fn new(items: Vec<T>) -> Self {
        debug_assert!(!items.is_empty(), "a pool holds at least one item");
        Self {
            queue: Mutex::new(Queue {
                free: items,
                next_ticket: 0,
                now_serving: 0,
            }),
            turn: Condvar::new(),
        }
    }

    /// Waits for this caller's turn and a free item.
    pub(crate) fn take(&self) -> Taken<'_, T> {
        let mut queue = self.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        loop {
            if queue.now_serving == ticket
                && let Some(item) = queue.free.pop()
            {
                queue.now_serving += 1;
                drop(queue);
                self.turn.notify_all();
                return Taken {
                    pool: self,
                    item: Some(item),
                };
            }
            queue = self
                .turn
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An item in use; it goes back when dropped.
pub(crate) struct Taken<'a, T> {
    pool: &'a Pool<T>,
    item: Option<T>,
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.item.as_ref().expect("it is held until the drop")
    }
}

impl<T> DerefMut for Taken<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.item.as_mut().expect("it is held until the drop")
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.pool.lock().free.push(item);
            self.pool.turn.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn pool_item_is_never_shared_and_all_takers_are_served() {
        let pool = Pool::new(vec![AtomicUsize::new(0), AtomicUsize::new(0)]);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let item = pool.take();
                        assert_eq!(item.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        item.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(pool.lock().free.len(), 2);
        assert_eq!(pool.lock().now_serving, 1600);
    }
}
