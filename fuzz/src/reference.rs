//! A second reader of RESP, written for plainness: recursive, one rule a line. The scanner must agree with it.

/// Why there is no whole frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The input ends within the frame. What there is may be wrong already: a cut line is not looked at.
    More,
    /// No frame begins like this.
    Wrong,
    /// Close to a limit; this reader knows none.
    Unsure,
}

/// Depth and announced sizes from which on limits could have a say.
const DEEP: usize = 100;
const BIG: u64 = 1 << 20;

/// Reads the frame that the input begins with: its length, and whether it is a push.
pub(crate) fn frame(input: &[u8]) -> Result<(usize, bool), Stop> {
    let mut reader = Reader { input, pos: 0, push: false };
    reader.element(0)?;
    Ok((reader.pos, reader.push))
}

struct Reader<'a> {
    input: &'a [u8],
    pos: usize,
    push: bool,
}

/// A header's length.
enum Length {
    Null,
    Streamed,
    Known(u64),
}

impl<'a> Reader<'a> {
    /// An element with the attributes ahead of it.
    fn element(&mut self, depth: usize) -> Result<(), Stop> {
        if depth > DEEP {
            return Err(Stop::Unsure);
        }
        let marker = self.marker()?;
        match marker {
            b'+' | b'-' => self.line().map(drop),
            b':' => rule(self.line()?, integer),
            b',' => rule(self.line()?, double),
            b'(' => rule(self.line()?, |line| digits(unsigned(line))),
            b'#' => rule(self.line()?, |line| line == b"t" || line == b"f"),
            b'_' => rule(self.line()?, <[u8]>::is_empty),
            b'$' => match self.length(true, true)? {
                Length::Null => Ok(()),
                Length::Known(length) => self.payload(length).map(drop),
                Length::Streamed => self.chunks(),
            },
            b'!' => self.plain_payload().map(drop),
            b'=' => rule(self.plain_payload()?, |text| text.get(3) == Some(&b':')),
            b'*' | b'~' => match self.length(marker == b'*', true)? {
                Length::Null => Ok(()),
                Length::Known(length) => self.elements(length, depth),
                Length::Streamed => self.until_end(1, depth),
            },
            b'%' => match self.length(false, true)? {
                Length::Streamed => self.until_end(2, depth),
                Length::Known(length) => self.elements(2 * length, depth),
                Length::Null => Err(Stop::Wrong),
            },
            b'>' if depth == 0 => {
                self.push = true;
                let length = self.plain_length()?;
                self.elements(length, depth)
            }
            b'|' => {
                let length = self.plain_length()?;
                self.elements(2 * length, depth)?;
                self.element(depth)
            }
            _ => Err(Stop::Wrong),
        }
    }

    fn elements(&mut self, count: u64, depth: usize) -> Result<(), Stop> {
        (0..count).try_for_each(|_| self.element(depth + 1))
    }

    fn until_end(&mut self, per_entry: usize, depth: usize) -> Result<(), Stop> {
        let mut count = 0_usize;
        while *self.input.get(self.pos).ok_or(Stop::More)? != b'.' {
            self.element(depth + 1)?;
            count += 1;
        }
        if !count.is_multiple_of(per_entry) {
            return Err(Stop::Wrong);
        }
        self.pos += 1;
        rule(self.line()?, <[u8]>::is_empty)
    }

    fn chunks(&mut self) -> Result<(), Stop> {
        loop {
            if self.marker()? != b';' {
                return Err(Stop::Wrong);
            }
            match self.plain_length()? {
                0 => return Ok(()),
                length => self.payload(length)?,
            };
        }
    }

    fn marker(&mut self) -> Result<u8, Stop> {
        let marker = *self.input.get(self.pos).ok_or(Stop::More)?;
        self.pos += 1;
        Ok(marker)
    }

    /// What stands before CRLF; neither CR nor LF may stand alone.
    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.input[self.pos..];
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).ok_or(Stop::More)?;
        match rest[end..] {
            [b'\r', b'\n', ..] => {
                self.pos += end + 2;
                Ok(&rest[..end])
            }
            [b'\r'] => Err(Stop::More),
            _ => Err(Stop::Wrong),
        }
    }

    fn length(&mut self, null: bool, streamed: bool) -> Result<Length, Stop> {
        match self.line()? {
            b"-1" if null => Ok(Length::Null),
            b"?" if streamed => Ok(Length::Streamed),
            line if digits(line) && line.len() <= 20 => {
                let length = line
                    .iter()
                    .fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
                if length > BIG { Err(Stop::Unsure) } else { Ok(Length::Known(length)) }
            }
            _ => Err(Stop::Wrong),
        }
    }

    fn plain_length(&mut self) -> Result<u64, Stop> {
        match self.length(false, false)? {
            Length::Known(length) => Ok(length),
            Length::Null | Length::Streamed => Err(Stop::Wrong),
        }
    }

    fn payload(&mut self, length: u64) -> Result<&'a [u8], Stop> {
        let (payload, rest) = self.input[self.pos..].split_at_checked(length as usize).ok_or(Stop::More)?;
        match rest {
            [b'\r', b'\n', ..] => {
                self.pos += payload.len() + 2;
                Ok(payload)
            }
            [] | [b'\r'] => Err(Stop::More),
            _ => Err(Stop::Wrong),
        }
    }

    fn plain_payload(&mut self) -> Result<&'a [u8], Stop> {
        let length = self.plain_length()?;
        self.payload(length)
    }
}

fn rule(line: &[u8], holds: impl FnOnce(&[u8]) -> bool) -> Result<(), Stop> {
    if holds(line) { Ok(()) } else { Err(Stop::Wrong) }
}

fn unsigned(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"-").or_else(|| line.strip_prefix(b"+")).unwrap_or(line)
}

fn digits(line: &[u8]) -> bool {
    !line.is_empty() && line.iter().all(u8::is_ascii_digit)
}

/// `i64::from_str` takes the same signs; leading zeros count as digits up to twenty.
fn integer(line: &[u8]) -> bool {
    let text = std::str::from_utf8(line).unwrap_or_default();
    digits(unsigned(line)) && unsigned(line).len() <= 20 && text.parse::<i64>().is_ok()
}

/// `[+-] digits [. digits] [e [+-] digits]`, `inf` and `nan`, these with `-` at most.
fn double(line: &[u8]) -> bool {
    if matches!(line, b"inf" | b"-inf" | b"nan" | b"-nan") {
        return true;
    }
    let (number, exponent) = split(unsigned(line), |byte| matches!(byte, b'e' | b'E'));
    let (whole, fraction) = split(number, |byte| byte == b'.');
    digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(|exponent| digits(unsigned(exponent)))
}

fn split(line: &[u8], at: impl Fn(u8) -> bool) -> (&[u8], Option<&[u8]>) {
    match line.iter().position(|byte| at(*byte)) {
        Some(place) => (&line[..place], Some(&line[place + 1..])),
        None => (line, None),
    }
}
