//! Types of a user's own that implement the traits: arguments, replies, and both kinds of connections.

use super::redis::aio::ConnectionLike as AsyncConnectionLike;
use super::redis::{
    AsyncCommands, Cmd, Commands, ConnectionLike, ErrorKind, FromRedisValue, ParsingError, Pipeline,
    RedisFuture, RedisResult, RedisWrite, ToRedisArgs, ToSingleRedisArg, Value,
};
use crate::Transcript;

#[derive(Clone, Debug, PartialEq)]
struct Point(i64, i64);

impl ToRedisArgs for Point {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg_fmt(format_args!("{}:{}", self.0, self.1));
    }
}

impl ToSingleRedisArg for Point {}

impl FromRedisValue for Point {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let text = String::from_redis_value(value)?;
        let (x, y) = text.split_once(':').ok_or("no point")?;
        let number = |text: &str| text.parse().map_err(|_| ParsingError::from("no number"));
        Ok(Point(number(x)?, number(y)?))
    }
}

/// Writes its second half by hand.
struct Twice(&'static str);

impl ToRedisArgs for Twice {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        use std::io::Write;
        out.write_arg(self.0.as_bytes());
        write!(out.writer_for_next_arg(), "{}{}", self.0, 2).unwrap();
    }

    fn num_of_args(&self) -> usize {
        2
    }
}

/// Counts what goes through it.
struct Counting<C> {
    inner: C,
    calls: usize,
}

impl<C: AsyncConnectionLike + Send> AsyncConnectionLike for Counting<C> {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.calls += 1;
        self.inner.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.calls += 1;
        self.inner.req_packed_commands(cmd, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.inner.get_db()
    }
}

impl<C: ConnectionLike> ConnectionLike for Counting<C> {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.calls += 1;
        self.inner.req_packed_command(cmd)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.calls += 1;
        self.inner.req_packed_commands(cmd, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.inner.get_db()
    }

    fn check_connection(&mut self) -> bool {
        self.inner.check_connection()
    }

    fn is_open(&self) -> bool {
        self.inner.is_open()
    }
}

/// Answers everything with the same value.
struct Fixed(Value);

impl AsyncConnectionLike for Fixed {
    fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
        let value = self.0.clone();
        Box::pin(async move { Ok(value) })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _: &'a Pipeline,
        _: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        let value = self.0.clone();
        Box::pin(async move { Ok(vec![value; count]) })
    }

    fn get_db(&self) -> i64 {
        0
    }
}

async fn through_any<C: AsyncCommands>(con: &mut C) -> RedisResult<Option<Point>> {
    let () = con.set("own:point", Point(1, -2)).await?;
    con.get("own:point").await
}

fn through_dyn(con: &mut dyn ConnectionLike) -> RedisResult<String> {
    super::redis::cmd("ECHO").arg(Point(3, 4)).query(con)
}

/// Uses them all.
pub async fn run(t: &mut Transcript, url: &str) {
    let client = super::redis::Client::open(url).unwrap();
    let con = client.get_multiplexed_async_connection().await.unwrap();
    let mut counting = Counting { inner: con, calls: 0 };
    t.note("through any", through_any(&mut counting).await);
    let list: i64 = counting.rpush("own:list", Twice("a")).await.unwrap();
    let points: RedisResult<Vec<Point>> = counting.lrange("own:list", 0, -1).await;
    t.note("a list", (list, points.map_err(|error| (error.kind(), error.to_string()))));
    let both: (Point, Option<Point>) =
        super::redis::pipe().get("own:point").get("own:none").query_async(&mut counting).await.unwrap();
    t.note("a pipeline", (both, counting.calls, counting.get_db()));
    t.note("deleted", counting.del::<_, i64>(&["own:list", "own:point"]).await);

    let mut fixed = Fixed(Value::Int(7));
    t.note("fixed", fixed.get::<_, i64>("x").await);
    t.note("fixed, wrong type", fixed.get::<_, Vec<Vec<i64>>>("x").await.map_err(|error| error.to_string()));
    let mut fixed = Fixed(Value::Array(vec![Value::Nil]));
    t.note("fixed nil", fixed.get::<_, Vec<Option<i64>>>("x").await);
    let mut boxed: Box<dyn AsyncConnectionLike + Send + Sync> = Box::new(Fixed(Value::Okay));
    t.note("boxed", boxed.req_packed_command(&super::redis::cmd("X")).await);

    let url = url.to_owned();
    let lines = tokio::task::spawn_blocking(move || {
        let mut con =
            Counting { inner: super::redis::Client::open(url).unwrap().get_connection().unwrap(), calls: 0 };
        let echoed = through_dyn(&mut con);
        let set: RedisResult<()> = con.set("own:sync", Point(5, 6));
        let got: RedisResult<Point> = con.get("own:sync");
        let deleted: RedisResult<bool> = con.del("own:sync");
        let open = (con.is_open(), con.check_connection(), con.calls);
        format!("{echoed:?} {set:?} {got:?} {deleted:?} {open:?}")
    })
    .await
    .unwrap();
    t.text("blocking", lines);
    t.note("an error made here", super::redis::RedisError::from((ErrorKind::Client, "mine")).to_string());
}
