//! What higher layers keep with a client, one value of each type, made when it is first asked for.
//!
//! The client knows none of these types, so the imports keep running down. A service must not hold the client that
//! holds it, or neither would ever end.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The services of one client. There are few, so a list is as quick as a map.
#[derive(Default)]
pub(crate) struct Services {
    known: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
    at_close: Mutex<Vec<AtClose>>,
}

/// What a service does when the client is closed. It must not wait.
type AtClose = Box<dyn FnOnce() + Send>;

impl Services {
    /// The one of type `T`.
    pub(crate) fn get<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = known.iter().find_map(|any| Arc::clone(any).downcast().ok()) {
            return service;
        }
        let service = Arc::new(T::default());
        known.push(Arc::clone(&service) as _);
        service
    }

    /// Has something done when the client is closed.
    pub(crate) fn on_close(&self, act: AtClose) {
        self.at_close.lock().unwrap_or_else(PoisonError::into_inner).push(act);
    }

    /// The client is being closed.
    pub(crate) fn close(&self) {
        let acts = std::mem::take(&mut *self.at_close.lock().unwrap_or_else(PoisonError::into_inner));
        for act in acts {
            act();
        }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Services").field("count", &known.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn there_is_one_service_of_each_type() {
        let services = Services::default();

        services.get::<AtomicU32>().store(7, Ordering::Relaxed);
        services.get::<String>();

        assert_eq!(services.get::<AtomicU32>().load(Ordering::Relaxed), 7);
        assert_eq!(format!("{services:?}"), "Services { count: 2 }");
    }
}
