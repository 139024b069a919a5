//! So many GETs of 64 bytes from so many tasks, and nothing else: to be counted by valgrind, see `./x instructions`.

use bench::load::runtime;
use bench::rivals::{Redlane, Rival};
use bench::work::Work;
use redlane_test_support::{Options, Server};

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>().expect("a number"));
    let (Some(tasks), Some(each)) = (args.next(), args.next()) else {
        panic!("how many tasks, how many GETs each")
    };
    let server = Server::start(Options::new());
    runtime(1).block_on(async {
        let redlane = Redlane::connect(&server.url()).await;
        redlane.prepare(&[], &[]).await;
        let mut running = Vec::with_capacity(tasks);
        for _ in 0..tasks {
            let redlane = redlane.clone();
            running.push(tokio::spawn(async move {
                for nth in 0..each {
                    redlane.step(Work::Get, nth).await;
                }
            }));
        }
        for task in running {
            task.await.expect("a task of the bench");
        }
    });
}
