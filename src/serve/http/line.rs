//! The connections of one thread: what each is doing, since when, and which is closed where there are too many.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::sync::Notify;

/// How long a client may take for a head, and for taking its answer, in seconds; seconds are counted when they begin.
const PATIENCE: u64 = 5;
/// Of connections that wait for a head so many may be there for each other one before they make room for it, too.
const CROWD: usize = 3;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing has come since the last answer.
    Idle,
    /// A head is awaited, or is coming.
    Head,
    /// A request is being answered.
    Busy,
    /// An answer is on its way to the client.
    Answered,
}

/// How a connection is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    GoOn,
    /// Answers what has begun, and ends.
    Finish,
    /// Ends at once.
    End,
}

/// What is known of a connection beside what HTTP says.
#[derive(Debug)]
pub struct Line {
    phase: Cell<Phase>,
    /// The second in which the phase began.
    since: Cell<u64>,
    wish: Cell<Wish>,
    /// A body was announced that nobody may have read.
    leaves_body: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    second: Rc<Cell<u64>>,
}

impl Line {
    /// A request is being answered.
    pub fn is_busy(&self) {
        self.enter(Phase::Busy);
    }

    /// Whether the client may be sending something that nobody reads.
    pub fn leaves_body(&self) -> bool {
        self.leaves_body.get()
    }

    /// Its answer is ready to go out, and its body was read or not.
    pub fn is_answered(&self, leaves_body: bool) {
        self.enter(Phase::Answered);
        self.leaves_body.set(leaves_body);
    }

    /// How the connection is to go on; when that changes, the task is woken.
    pub fn wish(&self, cx: &Context<'_>) -> Wish {
        let mut waker = self.waker.borrow_mut();
        if !waker.as_ref().is_some_and(|w| w.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
        self.wish.get()
    }

    fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.since.set(self.second.get());
    }

    fn ask(&self, wish: Wish) {
        self.wish.set(wish);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn was_read(&self) {
        if self.phase.get() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    fn waits(&self) {
        if self.phase.get() == Phase::Answered {
            self.enter(Phase::Idle);
        }
    }

    fn is_late(&self) -> bool {
        let waited = self.second.get() - self.since.get();
        matches!(self.phase.get(), Phase::Head | Phase::Answered) && waited >= PATIENCE
    }
}

/// All connections of a thread, in the order in which they came.
#[derive(Default)]
pub struct Lines {
    all: RefCell<BTreeMap<u64, Rc<Line>>>,
    next: Cell<u64>,
    second: Rc<Cell<u64>>,
    ended: Notify,
}

impl Lines {
    /// Adds a connection, until what is given back is dropped.
    pub fn add(self: &Rc<Lines>) -> Entry {
        let line = Rc::new(Line {
            phase: Cell::new(Phase::Head),
            since: Cell::new(self.second.get()),
            wish: Cell::new(Wish::GoOn),
            leaves_body: Cell::new(false),
            waker: RefCell::new(None),
            second: Rc::clone(&self.second),
        });
        let number = self.next.replace(self.next.get() + 1);
        self.all.borrow_mut().insert(number, Rc::clone(&line));
        Entry {
            lines: Rc::clone(self),
            number,
            line,
        }
    }

    /// Waits until there are fewer than so many, and closes the one that has been waiting longest for its client: one that
    /// waits for a head for longer than a moment, or among a crowd of such, then an idle one.
    pub async fn make_room(&self, most: usize) {
        while self.all.borrow().len() >= most {
            let oldest = {
                let all = self.all.borrow();
                let is_head =
                    |line: &&Rc<Line>| matches!(line.phase.get(), Phase::Head | Phase::Answered);
                let heads = all.values().filter(is_head).count();
                let crowded = heads * (CROWD + 1) > all.len();
                let closable = all.iter().filter_map(|(number, line)| {
                    let rank = match line.phase.get() {
                        _ if line.wish.get() == Wish::End => return None,
                        Phase::Busy => return None,
                        Phase::Idle => 1,
                        _ if crowded || line.since.get() < self.second.get() => 0,
                        Phase::Head | Phase::Answered => 2,
                    };
                    Some(((rank, line.since.get(), *number), Rc::clone(line)))
                });
                closable.min_by_key(|(order, _)| *order)
            };
            if let Some((_, line)) = oldest {
                line.ask(Wish::End);
            }
            self.ended.notified().await;
        }
    }

    /// Another second has passed: who has taken too long is cut off.
    pub fn tick(&self) {
        self.second.set(self.second.get() + 1);
        for line in self.all.borrow().values().filter(|line| line.is_late()) {
            line.ask(Wish::End);
        }
    }

    /// Lets every connection finish what it is doing, and waits until all have ended.
    pub async fn finish(&self) {
        for line in self.all.borrow().values() {
            if line.wish.get() == Wish::GoOn {
                line.ask(Wish::Finish);
            }
        }
        while !self.all.borrow().is_empty() {
            self.ended.notified().await;
        }
    }
}

/// A connection's place among the others.
pub struct Entry {
    lines: Rc<Lines>,
    number: u64,
    pub line: Rc<Line>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.lines.all.borrow_mut().remove(&self.number);
        self.lines.ended.notify_waiters();
    }
}

/// A stream that tells its line when something comes and when nothing does. Whoever has a clone can go on reading when
/// HTTP is done with it.
pub struct Watched<S> {
    pub stream: Rc<RefCell<S>>,
    pub line: Rc<Line>,
}

impl<S: Read + Unpin> Read for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut *self.stream.borrow_mut()).poll_read(cx, buffer);
        match read {
            Poll::Ready(_) => self.line.was_read(),
            Poll::Pending => self.line.waits(),
        }
        read
    }
}

impl<S: Write + Unpin> Write for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream.borrow_mut()).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream.borrow_mut()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream.borrow_mut()).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.borrow().is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream.borrow_mut()).poll_write_vectored(cx, slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(entries: &[&Entry]) -> Vec<Wish> {
        entries.iter().map(|entry| entry.line.wish.get()).collect()
    }

    fn poll_once(future: impl Future<Output = ()>) -> bool {
        let mut future = std::pin::pin!(future);
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        polled.is_ready()
    }

    #[test]
    fn a_head_and_an_answer_have_a_limit_and_an_idle_or_busy_connection_has_none() {
        let lines = Rc::new(Lines::default());
        let (slow, idle, busy, stuck) = (lines.add(), lines.add(), lines.add(), lines.add());
        idle.line.is_answered(false);
        idle.line.waits();
        busy.line.is_busy();
        stuck.line.is_answered(false);
        let all = [&slow, &idle, &busy, &stuck];
        for _ in 1..PATIENCE {
            lines.tick();
            assert_eq!(wishes(&all), [Wish::GoOn; 4]);
        }
        lines.tick();
        let cut = [Wish::End, Wish::GoOn, Wish::GoOn, Wish::End];
        assert_eq!(wishes(&all), cut);
        idle.line.was_read();
        (0..PATIENCE).for_each(|_| lines.tick());
        assert_eq!(idle.line.wish.get(), Wish::End, "a second head, too");
    }

    #[test]
    fn room_is_made_by_who_sends_nothing_then_by_the_idlest_and_never_by_a_busy_one() {
        let lines = Rc::new(Lines::default());
        let (busy, silent, later, first) = (lines.add(), lines.add(), lines.add(), lines.add());
        busy.line.is_busy();
        for idle in [&first, &later] {
            idle.line.is_answered(false);
            idle.line.waits();
            lines.tick();
        }
        let new = lines.add();
        let mut room = Box::pin(lines.make_room(4));
        let mut cx = Context::from_waker(Waker::noop());
        for ended in [silent, first] {
            assert!(room.as_mut().poll(&mut cx).is_pending());
            assert_eq!(ended.line.wish.get(), Wish::End);
            assert_eq!(wishes(&[&busy, &new, &later]), [Wish::GoOn; 3]);
            drop(ended);
        }
        assert!(room.as_mut().poll(&mut cx).is_ready());
        assert!(!poll_once(lines.make_room(1)));
        assert_eq!(wishes(&[&busy, &new]), [Wish::GoOn, Wish::End]);
    }

    #[test]
    fn a_crowd_that_sends_nothing_takes_no_place_of_idle_connections() {
        let lines = Rc::new(Lines::default());
        let idle: Vec<Entry> = (0..6).map(|_| lines.add()).collect();
        for one in &idle {
            one.line.is_answered(false);
            one.line.waits();
        }
        let mut silent: Vec<Entry> = (0..3).map(|_| lines.add()).collect();
        for _ in 0..10 {
            assert!(!poll_once(lines.make_room(9)));
            assert_eq!(silent[0].line.wish.get(), Wish::End);
            silent.remove(0);
            silent.push(lines.add());
        }
        assert_eq!(wishes(&idle.iter().collect::<Vec<_>>()), [Wish::GoOn; 6]);
    }
}
