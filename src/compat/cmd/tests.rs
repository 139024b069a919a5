use std::io::Write;

use super::*;

fn packed(command: &Cmd) -> String {
    String::from_utf8(command.get_packed_command()).unwrap()
}

#[test]
fn arguments_are_packed_in_order() {
    let mut command = cmd("key");
    command.write_arg_fmt("value");
    command.arg(42).arg(&[&b"phone"[..], b"barz"]);

    assert_eq!(
        packed(&command),
        "*5\r\n$3\r\nkey\r\n$5\r\nvalue\r\n$2\r\n42\r\n$5\r\nphone\r\n$4\r\nbarz\r\n"
    );
    let args: Vec<_> = command.args_iter().collect();
    assert_eq!(args.len(), 5);
    assert_eq!(args[2], Arg::Simple(&b"42"[..]));
    assert_eq!(command.args_iter().len(), 5);
}

#[test]
fn a_cursor_is_written_anew() {
    let mut command = cmd("SCAN");
    command.cursor_arg(0).arg("MATCH").arg("a*");

    command.set_cursor(512);

    assert_eq!(packed(&command), "*4\r\n$4\r\nSCAN\r\n$3\r\n512\r\n$5\r\nMATCH\r\n$2\r\na*\r\n");
    let args: Vec<_> = command.args_iter().collect();
    assert_eq!(args, [Arg::Simple(&b"SCAN"[..]), Arg::Cursor, Arg::Simple(b"MATCH"), Arg::Simple(b"a*")]);
    assert!(command.in_scan_mode());
    assert_eq!(command.cursor(), Some(512));
}

#[test]
fn an_empty_command_packs_to_nothing() {
    let mut command = cmd("GET");
    command.arg("key").cursor_arg(7).set_no_response(true);

    command.clear();

    assert!(command.get_packed_command().is_empty());
    assert!(!command.in_scan_mode() && !command.is_no_response());
    assert_eq!(command.args_iter().len(), 0);
}

#[test]
fn taking_a_command_leaves_an_empty_one() {
    let mut command = cmd("GET");
    command.arg("key");

    let taken = command.take();

    assert_eq!(packed(&taken), "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    assert!(command.is_empty());
}

#[test]
fn an_argument_can_be_written_in_pieces() {
    let mut command = Cmd::with_capacity(2, 500);
    command.arg("APPEND");
    {
        let mut writer = command.writer_for_next_arg();
        writer.write_all(b"foo").unwrap();
        writer.write_all(b"bar").unwrap();
    }
    drop(command.writer_for_next_arg());

    assert_eq!(packed(&command), "*3\r\n$6\r\nAPPEND\r\n$6\r\nfoobar\r\n$0\r\n\r\n");
    assert_eq!(
        pack_command(&[b"APPEND".to_vec(), b"foobar".to_vec(), Vec::new()]),
        command.get_packed_command()
    );
}

#[test]
fn facts_are_found_however_the_command_was_built() {
    let mut by_name = cmd("config");
    by_name.arg("set").arg("a").arg("b");

    assert_eq!(by_name.facts(), facts::of("CONFIG SET"));
    assert_eq!(Cmd::from(crate::commands::build::get("a")).facts(), facts::of("GET"));
    assert_eq!(cmd("NO.SUCH").facts(), &facts::UNKNOWN);
}

#[test]
fn debug_shows_no_argument() {
    let mut command = cmd("AUTH");
    command.arg("hunter2");

    assert!(!format!("{command:?}").contains("hunter2"));
}
