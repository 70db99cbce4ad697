//! Which connections are given up when there are many that ask for nothing.
//!
//! A connection waits from its acceptance until its first request has been read, and again between two requests. Whoever
//! waits costs a descriptor and pays nothing for it, so the connections that wait are bounded, by address and in all: one
//! more closes the one of them that has waited longest. A connection whose request is being answered, and an open
//! WebSocket, are never closed here. An honest client waits for milliseconds and is not met by the bound.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock;

/// Connections of one address that may wait at once.
const ADDRESS_LIMIT: usize = 128;

/// Connections that may wait at once, of all addresses.
const LIMIT: usize = 512;

/// Who has waited for less than this is not closed for a bound: many honest clients can arrive in the same instant,
/// after a restart for example.
const GRACE: Duration = Duration::from_secs(1);

/// The connections that wait, in the order of their arrival.
#[derive(Default)]
pub(super) struct WaitingRoom {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last: u64,
    by_arrival: BTreeMap<u64, Seat>,
    by_address: BTreeMap<IpAddr, usize>,
}

struct Seat {
    address: IpAddr,
    since: Duration,
    close: Arc<Notify>,
}

impl WaitingRoom {
    /// A connection begins to wait at `now`. `close` is told when it is to give way.
    fn enter(&self, address: IpAddr, close: Arc<Notify>, now: Duration) -> u64 {
        let mut waiting = self.lock();
        let of_address = waiting.by_address.get(&address).copied().unwrap_or(0);
        if of_address >= ADDRESS_LIMIT {
            waiting.close_oldest(|seat| seat.address == address && seat.is_old(now));
        }
        if waiting.by_arrival.len() >= LIMIT {
            waiting.close_oldest(|seat| seat.is_old(now));
        }
        waiting.last += 1;
        let id = waiting.last;
        let seat = Seat {
            address,
            since: now,
            close,
        };
        waiting.by_arrival.insert(id, seat);
        *waiting.by_address.entry(address).or_default() += 1;
        id
    }

    fn leave(&self, id: u64) {
        self.lock().remove(id);
    }

    /// Closes the connection that has waited longest, however short that is: there is no descriptor left. False when
    /// nobody waits.
    pub(super) fn close_one(&self) -> bool {
        self.lock().close_oldest(|_| true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn close_oldest(&mut self, which: impl Fn(&Seat) -> bool) -> bool {
        let oldest = self
            .by_arrival
            .iter()
            .find(|(_, seat)| which(seat))
            .map(|(id, _)| *id);
        let Some(seat) = oldest.and_then(|id| self.remove(id)) else {
            return false;
        };
        seat.close.notify_one();
        true
    }

    fn remove(&mut self, id: u64) -> Option<Seat> {
        let seat = self.by_arrival.remove(&id)?;
        if let Some(count) = self.by_address.get_mut(&seat.address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&seat.address);
            }
        }
        Some(seat)
    }
}

impl Seat {
    fn is_old(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) >= GRACE
    }
}

/// One connection's place: waiting or not. Dropping it ends the wait.
pub(super) struct Place {
    room: Arc<WaitingRoom>,
    address: IpAddr,
    close: Arc<Notify>,
    waits: Mutex<Option<u64>>,
}

impl Place {
    /// The place of a connection that was just accepted: it waits.
    pub(super) fn new(room: &Arc<WaitingRoom>, address: IpAddr) -> Self {
        let place = Self {
            room: room.clone(),
            address,
            close: Arc::default(),
            waits: Mutex::new(None),
        };
        place.wait();
        place
    }

    /// The connection has nothing to do.
    pub(super) fn wait(&self) {
        let id = self
            .room
            .enter(self.address, self.close.clone(), clock::monotonic());
        let before = self.slot().replace(id);
        if let Some(before) = before {
            self.room.leave(before);
        }
    }

    /// The connection has a request to answer.
    pub(super) fn work(&self) {
        let id = self.slot().take();
        if let Some(id) = id {
            self.room.leave(id);
        }
    }

    /// Done when the connection is to give way to others.
    pub(super) async fn given_up(&self) {
        self.close.notified().await;
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.work();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const OLD: Duration = Duration::from_secs(10);

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    /// Whether the connection was told to close. A permit of `notify_one` waits for whoever asks first.
    fn is_closed(close: &Notify) -> bool {
        let mut told = Box::pin(close.notified());
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        told.as_mut().poll(context).is_ready()
    }

    fn fill(room: &WaitingRoom, address: IpAddr, count: usize, now: Duration) -> Vec<Arc<Notify>> {
        let each = || {
            let close = Arc::new(Notify::new());
            room.enter(address, close.clone(), now);
            close
        };
        std::iter::repeat_with(each).take(count).collect()
    }

    #[test]
    fn address_over_its_bound_loses_its_oldest_connection() {
        let room = WaitingRoom::default();
        let other = fill(&room, address(2), 1, Duration::ZERO);
        let flood = fill(&room, address(1), ADDRESS_LIMIT, Duration::ZERO);
        fill(&room, address(1), 1, OLD);
        let closed: Vec<bool> = flood.iter().map(|close| is_closed(close)).collect();
        assert!(closed[0]);
        assert!(!closed[1..].contains(&true));
        assert!(!is_closed(&other[0]));
    }

    #[test]
    fn arrivals_in_one_instant_are_all_kept() {
        let room = WaitingRoom::default();
        let crowd = fill(&room, address(1), 4 * ADDRESS_LIMIT, Duration::ZERO);
        assert!(!crowd.iter().any(|close| is_closed(close)));
    }

    #[test]
    fn many_addresses_together_have_one_bound() {
        let room = WaitingRoom::default();
        let first = fill(&room, address(0), 1, Duration::ZERO);
        for last in 1..=LIMIT / 64 {
            fill(&room, address(last.try_into().expect("a byte")), 64, OLD);
        }
        assert!(is_closed(&first[0]));
    }

    #[test]
    fn connection_at_work_is_not_closed() {
        let room = Arc::new(WaitingRoom::default());
        let place = Place::new(&room, address(1));
        place.work();
        assert!(!room.close_one());
        place.wait();
        assert!(room.close_one());
        assert!(is_closed(&place.close));
        drop(place);
        assert!(!room.close_one());
    }
}
