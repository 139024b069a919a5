//! The scans, whose replies are iterators over what all their pages hold.

/// The methods of the scan family. `$iterate` makes the iterator of a command and a connection.
macro_rules! scan_methods {
    ($iterate:expr, $Iterator:ty) => {
        /// Walks over all keys. One that is there from the beginning to the end is given at least once.
        #[inline]
        fn scan<RV: FromRedisValue>(&mut self) -> $Iterator {
            $iterate(cmd("SCAN").cursor_arg(0).take(), self)
        }

        /// Walks over the keys that the options choose.
        #[inline]
        fn scan_options<RV: FromRedisValue>(&mut self, opts: ScanOptions) -> $Iterator {
            $iterate(cmd("SCAN").cursor_arg(0).arg(opts).take(), self)
        }

        /// Walks over the keys that match a glob pattern.
        #[inline]
        fn scan_match<P: ToSingleRedisArg, RV: FromRedisValue>(&mut self, pattern: P) -> $Iterator {
            $iterate(cmd("SCAN").cursor_arg(0).arg("MATCH").arg(pattern).take(), self)
        }

        /// Walks over the fields of a hash and their values.
        #[inline]
        fn hscan<K: ToSingleRedisArg, RV: FromRedisValue>(&mut self, key: K) -> $Iterator {
            $iterate(cmd("HSCAN").arg(key).cursor_arg(0).take(), self)
        }

        /// Walks over the fields of a hash that match a glob pattern, and their values.
        #[inline]
        fn hscan_match<K: ToSingleRedisArg, P: ToSingleRedisArg, RV: FromRedisValue>(
            &mut self,
            key: K,
            pattern: P,
        ) -> $Iterator {
            $iterate(cmd("HSCAN").arg(key).cursor_arg(0).arg("MATCH").arg(pattern).take(), self)
        }

        /// Walks over the members of a set.
        #[inline]
        fn sscan<K: ToSingleRedisArg, RV: FromRedisValue>(&mut self, key: K) -> $Iterator {
            $iterate(cmd("SSCAN").arg(key).cursor_arg(0).take(), self)
        }

        /// Walks over the members of a set that match a glob pattern.
        #[inline]
        fn sscan_match<K: ToSingleRedisArg, P: ToSingleRedisArg, RV: FromRedisValue>(
            &mut self,
            key: K,
            pattern: P,
        ) -> $Iterator {
            $iterate(cmd("SSCAN").arg(key).cursor_arg(0).arg("MATCH").arg(pattern).take(), self)
        }

        /// Walks over the members of a sorted set and their scores.
        #[inline]
        fn zscan<K: ToSingleRedisArg, RV: FromRedisValue>(&mut self, key: K) -> $Iterator {
            $iterate(cmd("ZSCAN").arg(key).cursor_arg(0).take(), self)
        }

        /// Walks over the members of a sorted set that match a glob pattern, and their scores.
        #[inline]
        fn zscan_match<K: ToSingleRedisArg, P: ToSingleRedisArg, RV: FromRedisValue>(
            &mut self,
            key: K,
            pattern: P,
        ) -> $Iterator {
            $iterate(cmd("ZSCAN").arg(key).cursor_arg(0).arg("MATCH").arg(pattern).take(), self)
        }
    };
}

pub(super) use scan_methods;
